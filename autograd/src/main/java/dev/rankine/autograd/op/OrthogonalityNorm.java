package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = sum ||A A^T - I||_F + sum ||B^T B - I||_F}, the norms themselves where {@link OrthogonalityPenalty} squares
 * them; dA = 2 (A A^T - I) A dY / ||A A^T - I||_F, likewise dB, and 0, which is a subgradient, where the norm is 0.
 *
 * @param overRows how many of the inputs, the first ones, are judged by their rows
 * @param overColumns how many of the inputs, the last ones, are judged by their columns
 * @param identity I [R, R] with R at least every r
 */
public record OrthogonalityNorm(int overRows, int overColumns, Tensor identity) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "orthogonalityNorm",
                    "||A A^T - I|| + ||B^T B - I||",
                    in -> norm(
                            List.of(in[0]), Arrays.asList(in).subList(1, in.length), OrthogonalityPenalty.identity(in)))
            .on(of(2, 3), of(4, 2))
            .on(of(3, 2))
            .on(of(1, 3), of(4, 1))
            .on(of(0, 3), of(2, 0), of(3, 2));

    /** Far below every norm that is not 0, and its reciprocal still a number in F32. */
    private static final double TINY = 1e-30;

    /**
     * @param rows matrices [r, I]
     * @param columns matrices [O, r]
     * @param identity [R, R] with R at least every r
     * @return one element
     */
    public static Variable norm(List<Variable> rows, List<Variable> columns, Tensor identity) {
        List<Variable> all = new ArrayList<>(rows);
        all.addAll(columns);
        OrthogonalityNorm operation = new OrthogonalityNorm(rows.size(), columns.size(), identity);
        return Operation.apply(operation, all.toArray(Variable[]::new));
    }

    @Override
    public String name() {
        return "orthogonalityNorm";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor total = identity.result(name(), Shape.of());
        total.backend().fill(total, 0);
        for (int i = 0; i < in.length; i++) {
            Tensor gap = Gram.gap(name(), in[i], i < overRows, identity);
            Tensor norm = gap.map(Unary.SQUARE).sumTo(Shape.of()).map(Unary.SQUARE_ROOT);
            saved.save(in[i], gap, norm);
            total = total.plus(norm);
        }
        return total;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor tiny = identity.result(name(), Shape.of());
        tiny.backend().fill(tiny, TINY);
        @Nullable Tensor[] gradients = new @Nullable Tensor[overRows + overColumns];
        for (int i = 0; i < gradients.length; i++) {
            if (saved.needs(i)) {
                Tensor norm = saved.get(3 * i + 2).zip(Binary.MAXIMUM, tiny);
                Tensor factor = dY.affine(2, 0).zip(Binary.DIVIDE, norm);
                gradients[i] = Gram.timesMatrix(saved.get(3 * i + 1).times(factor), saved.get(3 * i), i < overRows);
            }
        }
        return gradients;
    }
}
