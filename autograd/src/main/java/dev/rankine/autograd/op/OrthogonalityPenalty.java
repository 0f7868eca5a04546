package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = sum ||A A^T - I||_F^2 + sum ||B^T B - I||_F^2} over matrices A[r, I] whose rows, and B[O, r] whose columns,
 * ought to be orthonormal; dA = 4 (A A^T - I) A dY and dB = 4 B (B^T B - I) dY.
 *
 * @param overRows how many of the inputs, the first ones, are judged by their rows
 * @param overColumns how many of the inputs, the last ones, are judged by their columns
 * @param identity I [R, R] with R at least every r
 */
public record OrthogonalityPenalty(int overRows, int overColumns, Tensor identity) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "orthogonalityPenalty",
                    "||A A^T - I||^2 + ||B^T B - I||^2",
                    in -> penalty(List.of(in[0]), Arrays.asList(in).subList(1, in.length), identity(in)))
            .on(of(2, 3), of(4, 2))
            .on(of(1, 1), of(1, 1))
            .on(of(3, 2))
            .on(of(0, 3), of(2, 0), of(3, 2));

    /**
     * @param rows matrices [r, I]
     * @param columns matrices [O, r]
     * @param identity [R, R] with R at least every r
     * @return one element
     */
    public static Variable penalty(List<Variable> rows, List<Variable> columns, Tensor identity) {
        List<Variable> all = new ArrayList<>(rows);
        all.addAll(columns);
        OrthogonalityPenalty operation = new OrthogonalityPenalty(rows.size(), columns.size(), identity);
        return Operation.apply(operation, all.toArray(Variable[]::new));
    }

    @Override
    public String name() {
        return "orthogonalityPenalty";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor total = identity.result("orthogonalityPenalty", Shape.of());
        total.backend().fill(total, 0);
        for (int i = 0; i < in.length; i++) {
            Tensor gap = Gram.gap(name(), in[i], i < overRows, identity);
            saved.save(in[i], gap);
            total = total.plus(gap.map(Unary.SQUARE).sumTo(Shape.of()));
        }
        return total;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        // on the small matrix, not on the long product
        Tensor factor = dY.affine(4, 0);
        @Nullable Tensor[] gradients = new @Nullable Tensor[overRows + overColumns];
        for (int i = 0; i < gradients.length; i++) {
            gradients[i] = saved.needs(i)
                    ? Gram.timesMatrix(saved.get(2 * i + 1).times(factor), saved.get(2 * i), i < overRows)
                    : null;
        }
        return gradients;
    }

    static Tensor identity(Variable... in) {
        int size = Arrays.stream(in)
                .mapToInt(x -> Math.max(x.shape().dim(0), x.shape().dim(1)))
                .max()
                .orElse(0);
        double[] ones = new double[size * size];
        for (int i = 0; i < size; i++) {
            ones[i * size + i] = 1;
        }
        return Tensor.of(in[0].data().backend(), in[0].data().dtype(), of(size, size), ones);
    }
}
