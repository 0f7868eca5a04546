package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** No constraint: the density goes where the task takes it, the rows without a multiplier in Table 3 of the SaLoRA paper. */
final class NoMultiplier implements Multiplier {
    @Override
    public Map<String, Variable> parameters() {
        return Map.of();
    }

    @Override
    public @Nullable Tensor backward(Tensor density) {
        return null;
    }
}
