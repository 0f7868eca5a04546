package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The augmented Lagrangian of FLOP (Wang, Wohlwend and Lei, "Structured Pruning of Large Language Models", 2020; also CoFi's):
 * with t_hat = 1 - C the expected sparsity and t = 1 - b its target,
 *
 * <pre>{@code
 * lam1 (t_hat - t_k) + lam2 (t_hat - t_k)^2,     t_k = t min(1, k / m)
 * }</pre>
 *
 * Both multipliers ascend and lam1 may have either sign, so that unlike a square alone it can hold C at b against a task. lam1
 * sums the gap up, which makes C swing: with little or no ramp it falls far below the target first (without a task to .28
 * for .5) and takes some 800 updates to come back. A task
 * keeps it swinging.
 */
final class FlopMultiplier implements Multiplier {
    private final double sparsity;
    private final double ramp;
    private final Variable linear;
    private final Variable square;
    private final Tensor target;

    /**
     * @param density b
     * @param ramp m over the number of updates
     * @param zero one element
     */
    FlopMultiplier(double density, double ramp, Tensor zero) {
        sparsity = 1 - density;
        this.ramp = ramp;
        linear = Variable.parameter(zero.clone(zero.dtype()));
        square = Variable.parameter(zero.clone(zero.dtype()));
        target = zero.clone(zero.dtype());
    }

    @Override
    public Map<String, Variable> parameters() {
        Map<String, Variable> both = new LinkedHashMap<>();
        both.put("multiplier", linear);
        both.put("multiplier_square", square);
        return both;
    }

    @Override
    public void beforeUpdate(long k, long updates) {
        target.write(targetAt(sparsity, k, ramp * updates));
    }

    /** t_k = t min(1, k / m); t itself where m is 0. */
    static double targetAt(double t, long k, double m) {
        return k >= m ? t : t * (k / m);
    }

    @Override
    public Tensor backward(Tensor density) {
        Tensor gap = density.affine(-1, 1).minus(target);
        linear.backward(gap);
        square.backward(gap.map(Unary.SQUARE));
        return gap.times(square.data()).affine(2, 0).plus(linear.data()).affine(-1, 0);
    }
}
