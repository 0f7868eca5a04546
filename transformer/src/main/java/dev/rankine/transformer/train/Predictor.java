package dev.rankine.transformer.train;

import dev.rankine.tensor.Tensor;
import java.util.List;

/** Writes a sequence for every source of a padded batch, for example by greedy decoding. */
@FunctionalInterface
public interface Predictor {
    /**
     * The ids written for each row, up to the end symbol or a limit; special symbols may be among them.
     *
     * @param inputIds I64 [B, S]
     * @param inputMask F32 [B, S], 1 on symbols
     */
    List<long[]> predict(Tensor inputIds, Tensor inputMask);
}
