package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What pulls the expected density C of {@link SaLora} to its target b: a term of the loss in C and in multipliers that
 * ascend while all else descends. {@link MultiplierRule} names the choices.
 */
sealed interface Multiplier permits SquareMultiplier, FlopMultiplier, InequalityMultiplier, NoMultiplier {
    /** The multipliers, one element each, under the names of the log; all begin at 0. */
    Map<String, Variable> parameters();

    /** Before update {@code k} of {@code updates}, from 0: sets what follows the clock. */
    default void beforeUpdate(long k, long updates) {}

    /**
     * Gives the multipliers their gradients.
     *
     * @param density C, one element
     * @return dL/dC, one element; null where the density is free
     */
    @Nullable
    Tensor backward(Tensor density);

    /** After the ascent: brings the multipliers back to where they may be. */
    default void project() {}
}
