package dev.rankine.autograd.optim;

import static dev.rankine.autograd.op.Multiply.multiply;
import static dev.rankine.autograd.op.Sum.sum;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;

/** Parameters with gradients of one's choice. */
final class Parameters {
    static final Backend REFERENCE = new ReferenceBackend();

    private Parameters() {}

    static Tensor tensor(double... values) {
        return Tensor.of(REFERENCE, DType.F64, Shape.of(values.length), values);
    }

    static Variable parameter(double... values) {
        return Variable.parameter(tensor(values));
    }

    /** Gives a parameter exactly this gradient, by a backward pass through sum(g w). */
    static void giveGradient(Variable parameter, double... gradient) {
        parameter.clearGradient();
        Tensor g = Tensor.of(REFERENCE, parameter.data().dtype(), parameter.shape(), gradient);
        sum(multiply(parameter, Variable.constant(g))).backward();
    }

    static double[] gradient(Variable parameter) {
        Tensor gradient = parameter.gradient();
        if (gradient == null) {
            throw new AssertionError("there is no gradient");
        }
        return gradient.toDoubles();
    }
}
