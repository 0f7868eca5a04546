package dev.rankine.autograd;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Compares the backward pass with central differences in F64. The function's result is folded to one number by a random
 * cotangent c, L(x) = sum c f(x), so that no two errors cancel as they can with ones.
 *
 * <p>The step h = eps^(1/3) max(1, |x|) balances the difference's truncation, of order h^2, with its rounding, of order
 * eps / h (Press et al., "Numerical Recipes", section 5.7).
 */
public final class GradientCheck {
    /** The largest {@link Worst#figure()} that passes. */
    public static final double TOLERANCE = 1e-6;

    private static final double STEP = Math.cbrt(Math.ulp(1.0));
    private static final long STREAM = 0x6368_6563L;

    private GradientCheck() {}

    /**
     * The element whose two gradients differ most.
     *
     * @param name of the function that was checked
     * @param input which input
     * @param index row-major place in that input
     * @param backward dL/dx from the backward pass
     * @param difference dL/dx from central differences
     */
    public record Worst(String name, int input, int index, double backward, double difference) {
        /** |backward - difference| / max(1, |difference|); infinite if either is no number. */
        public double figure() {
            double figure = Math.abs(backward - difference) / Math.max(1, Math.abs(difference));
            return Double.isNaN(figure) ? Double.POSITIVE_INFINITY : figure;
        }

        @Override
        public String toString() {
            return name + ": input " + input + " element " + index + ": backward gives " + backward
                    + ", central differences give " + difference + ", figure " + figure();
        }
    }

    /**
     * Checks every element of every point.
     *
     * @param seed of the cotangent
     * @param points persistent F64 tensors
     * @throws IllegalStateException naming function, input, element and both values if the worst figure is above
     *     {@link #TOLERANCE}
     */
    public static void check(String name, OpSpec.Function function, long seed, Tensor... points) {
        Worst worst = worst(name, function, seed, points);
        if (!(worst.figure() <= TOLERANCE)) {
            throw new IllegalStateException("gradient check failed: " + worst);
        }
    }

    /** The same without a verdict. */
    public static Worst worst(String name, OpSpec.Function function, long seed, Tensor... points) {
        Variable[] inputs = Arrays.stream(points)
                .map(GradientCheck::requireF64)
                .map(Variable::parameter)
                .toArray(Variable[]::new);
        Variable y = function.apply(inputs);
        double[] cotangent = cotangent(Math.toIntExact(y.shape().size()), seed);
        y.backward(Tensor.of(y.data().backend(), DType.F64, y.shape(), cotangent));

        Worst worst = new Worst(name, 0, 0, 0, 0);
        for (int input = 0; input < points.length; input++) {
            double[] x = points[input].toDoubles();
            double[] backward = gradient(inputs[input], x.length);
            for (int i = 0; i < x.length; i++) {
                double difference = difference(function, points, input, x, i, cotangent);
                Worst here = new Worst(name, input, i, backward[i], difference);
                worst = here.figure() > worst.figure() ? here : worst;
            }
        }
        return worst;
    }

    private static Tensor requireF64(Tensor point) {
        if (point.dtype() != DType.F64) {
            throw new IllegalArgumentException("gradients are checked in F64, got " + point);
        }
        return point;
    }

    private static double[] cotangent(int size, long seed) {
        double[] values = new double[size];
        Arrays.setAll(values, i -> Philox.normal(seed, STREAM, 0, 0, i));
        return values;
    }

    private static double[] gradient(Variable input, int size) {
        @Nullable Tensor gradient = input.gradient();
        return gradient == null ? new double[size] : gradient.toDoubles();
    }

    private static double difference(
            OpSpec.Function function, Tensor[] points, int input, double[] x, int i, double[] cotangent) {
        double h = STEP * Math.max(1, Math.abs(x[i]));
        // the step that the floating-point numbers really make
        double above = x[i] + h;
        double below = x[i] - h;
        double[] high = valueAt(function, points, input, x, i, above);
        double[] low = valueAt(function, points, input, x, i, below);
        double sum = 0;
        for (int j = 0; j < cotangent.length; j++) {
            sum += cotangent[j] * (high[j] - low[j]);
        }
        return sum / (above - below);
    }

    private static double[] valueAt(
            OpSpec.Function function, Tensor[] points, int input, double[] x, int i, double moved) {
        double[] values = x.clone();
        values[i] = moved;
        Variable[] constants = Arrays.stream(points).map(Variable::constant).toArray(Variable[]::new);
        Tensor point = points[input];
        constants[input] = Variable.constant(Tensor.of(point.backend(), DType.F64, point.shape(), values));
        return function.apply(constants).data().toDoubles();
    }
}
