package dev.rankine.autograd.optim;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Bounds the length of a step: gradients that are together too long keep their direction (Pascanu et al. 2013). */
public final class Clipping {
    private Clipping() {}

    /**
     * The Euclidean length of all gradients together, as a result with one element. Parameters without gradient do not
     * count.
     *
     * @throws IllegalArgumentException if there is no parameter
     */
    public static Tensor globalNorm(List<Variable> parameters) {
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("clipping: there are no parameters");
        }
        Tensor like = parameters.getFirst().data();
        Tensor sum = like.result("clipping", Shape.of());
        like.backend().fill(sum, 0);
        for (Tensor gradient : gradients(parameters)) {
            sum = sum.plus(sumOfSquares(gradient));
        }
        return sum.map(Unary.SQUARE_ROOT);
    }

    private static Tensor sumOfSquares(Tensor gradient) {
        Tensor row = gradient.reshape(Shape.of(Math.toIntExact(gradient.shape().size())));
        return row.map(Unary.SQUARE).reduce(Reduction.SUM, 0).reshape(Shape.of());
    }

    /**
     * Scales all gradients by max / norm if their {@link #globalNorm} is above the largest allowed; else they keep their
     * bits.
     *
     * @param largest a setting that never changes between steps
     * @return the norm before, which the host need not read
     */
    public static Tensor byGlobalNorm(List<Variable> parameters, double largest) {
        if (!(largest > 0)) {
            throw new IllegalArgumentException("clipping: the largest norm must be positive, got " + largest);
        }
        Tensor norm = globalNorm(parameters);
        Backend backend = norm.backend();
        Tensor bound = norm.result("clipping", norm.shape());
        backend.fill(bound, largest);
        Tensor factor = bound.zip(Binary.DIVIDE, norm.zip(Binary.MAXIMUM, bound));
        for (Tensor gradient : gradients(parameters)) {
            gradient.forWriting("clipping");
            backend.zip(Binary.MULTIPLY, gradient, factor.expand(gradient.shape()), gradient);
        }
        return norm;
    }

    private static List<Tensor> gradients(List<Variable> parameters) {
        List<Tensor> gradients = new ArrayList<>();
        parameters.stream().map(Variable::gradient).filter(Objects::nonNull).forEach(gradients::add);
        return gradients;
    }
}
