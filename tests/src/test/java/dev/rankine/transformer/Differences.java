package dev.rankine.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gradients of parameters that a whole model is made of, against central differences in F64. */
final class Differences {
    private static final double STEP = Math.cbrt(Math.ulp(1.0));
    private static final double TOLERANCE = 1e-6;
    private static final int SAMPLED = 2;

    private Differences() {}

    /**
     * @param parameters F64 leaves; a few elements of each are checked
     * @param loss one element, computed anew from the parameters
     */
    static void check(Collection<Variable> parameters, Supplier<Variable> loss) {
        parameters.forEach(parameter -> parameter.requiresGradient(true));
        parameters.forEach(Variable::clearGradient);
        loss.get().backward();
        int number = 0;
        for (Variable parameter : parameters) {
            Tensor gradient = parameter.gradient();
            double[] backward = gradient == null ? null : gradient.toDoubles();
            double[] values = parameter.data().toDoubles();
            int stride = Math.max(1, values.length / SAMPLED);
            for (int i = number++ % stride; i < values.length; i += stride) {
                check(parameter, loss, values, i, backward);
            }
        }
    }

    private static void check(
            Variable parameter, Supplier<Variable> loss, double[] values, int i, double @Nullable [] backward) {
        double x = values[i];
        double above = x + STEP * Math.max(1, Math.abs(x));
        double below = x - STEP * Math.max(1, Math.abs(x));
        double difference = (lossAt(parameter, loss, values, i, above) - lossAt(parameter, loss, values, i, below))
                / (above - below);
        parameter.data().write(values);
        double found = backward == null ? 0 : backward[i];
        assertThat(Math.abs(found - difference) / Math.max(1, Math.abs(difference)))
                .as("element %d of %s: backward %s, difference %s", i, parameter, found, difference)
                .isLessThanOrEqualTo(TOLERANCE);
    }

    private static double lossAt(Variable parameter, Supplier<Variable> loss, double[] values, int i, double moved) {
        double[] changed = values.clone();
        changed[i] = moved;
        parameter.data().write(changed);
        return loss.get().data().item();
    }
}
