package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A product with a weight matrix and a low-rank change beside it (Hu et al. 2021): {@code y = x W^T + bias + t B^T} with
 * {@code t = s h .* g} and {@code h = dropout(x) A^T}; bias, gates g and dropout are optional. The change joins the large
 * product, in both directions. Over the rows of x and dY, with dT = s dY B and P = dT^T dropout(x):
 *
 * <pre>{@code
 * dX = dY W + dropout(dT diag(g) A)      dA = diag(g) P      dB = dY^T t      dg_j = P_j: A_j:^T
 * dW = dY^T x                            dBias = sum_rows(dY)
 * }</pre>
 *
 * Gates scale the rows of A and P, which are few, and not the columns of what belongs to every row of x.
 */
public record LowRankLinear(double scale, boolean hasBias, boolean hasGates, Backend.@Nullable Dropout dropout)
        implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "lowRankLinear", "x W^T + b + s (dropout(x) A^T .* g) B^T", LowRankLinear::some)
            .on(of(2, 3), of(4, 3), of(2, 3), of(4, 2), of(4), of(2))
            .on(of(5, 1, 7), of(3, 7), of(5, 7), of(3, 5), of(3))
            .on(of(2, 3, 5), of(1, 5), of(1, 5), of(1, 1))
            .on(of(3), of(2, 3), of(1, 3), of(2, 1), of(2), of(1))
            .on(of(0, 3), of(2, 3), of(1, 3), of(2, 1), of(2), of(1))
            .on(of(4, 0), of(3, 0), of(2, 0), of(3, 2), of(3))
            .within(5e-5);

    private static final int BIAS = 4;

    /** The low-rank change of {@link #lowRankLinear}: A [r, I], B [O, r], and gates [r] or null for ones. */
    public record Change(Variable a, Variable b, @Nullable Variable gates) {}

    /**
     * @param x [..., I]
     * @param weight [O, I]
     * @param bias [O], or null for none
     * @param scale s, a setting that never changes between steps
     * @param dropout of what A sees, null for none
     */
    public static Variable lowRankLinear(
            Variable x,
            Variable weight,
            @Nullable Variable bias,
            Change change,
            double scale,
            Backend.@Nullable Dropout dropout) {
        List<Variable> inputs = new ArrayList<>(List.of(x, weight, change.a(), change.b()));
        if (bias != null) {
            inputs.add(bias);
        }
        if (change.gates() != null) {
            inputs.add(change.gates());
        }
        LowRankLinear operation = new LowRankLinear(scale, bias != null, change.gates() != null, dropout);
        return Operation.apply(operation, inputs.toArray(Variable[]::new));
    }

    @Override
    public String name() {
        return "lowRankLinear";
    }

    private int gatesAt() {
        return hasBias ? BIAS + 1 : BIAS;
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor x = in[0];
        Tensor weight = in[1];
        Tensor a = in[2];
        Tensor b = in[3];
        check(in);
        Tensor seen = dropped(x);
        Tensor h = Rows.of(seen).matmul(a.transpose(0, 1));
        Tensor t = (hasGates ? h.times(in[gatesAt()]) : h).affine(scale, 0);
        Tensor y =
                x.result(name(), Shape.of(Rows.count(x.shape()), weight.shape().dim(0)));
        y.backend().linear(Rows.of(x), weight, hasBias ? in[BIAS] : null, new Backend.LowRankTerm(t, b), y);
        saved.save(weight, a, b, t);
        if (hasGates) {
            saved.save(in[gatesAt()]);
        }
        if (learns(saved)) {
            saved.save(seen);
        }
        if (saved.needs(1)) {
            saved.save(x);
        }
        return y.reshape(x.shape().with(-1, weight.shape().dim(0)));
    }

    private void check(Tensor... in) {
        checkFactors(name(), in);
        if (hasBias) {
            ShapeMismatch.require(name(), "the bias", Shape.of(in[1].shape().dim(0)), in[BIAS].shape());
        }
        if (hasGates) {
            ShapeMismatch.require(name(), "the gates", Shape.of(in[2].shape().dim(0)), in[gatesAt()].shape());
        }
    }

    /** Checks that x[..., I], W[O, I], A[r, I] and B[O, r], the first inputs, fit each other. */
    static void checkFactors(String operation, Tensor... in) {
        Linear.check(operation, in[0].shape(), in[1].shape());
        int outputs = in[1].shape().dim(0);
        int rank = in[2].shape().rank() == 2 ? in[2].shape().dim(0) : 0;
        ShapeMismatch.require(operation, "A", in[1].shape().with(0, rank), in[2].shape());
        ShapeMismatch.require(operation, "B", Shape.of(outputs, rank), in[3].shape());
    }

    private Tensor dropped(Tensor x) {
        return dropout == null ? x : new Dropout(dropout).drop(x);
    }

    /** Whether A, B or the gates are trained. */
    private boolean learns(Saved saved) {
        return saved.needs(2) || saved.needs(3) || hasGates && saved.needs(gatesAt());
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor a = saved.get(1);
        Tensor rows = Rows.of(dY);
        @Nullable Tensor[] gradients = new @Nullable Tensor[gatesAt() + (hasGates ? 1 : 0)];
        Tensor gates = hasGates ? saved.get(4) : null;
        int next = hasGates ? 5 : 4;
        Tensor dT;
        if (learns(saved)) {
            LowRankGradients of =
                    LowRankGradients.of(name(), rows, Rows.of(saved.get(next++)), saved.get(3), saved.get(2), scale);
            dT = of.dT();
            gradients[2] = saved.needs(2) ? gated(of.dA(), gates) : null;
            gradients[3] = saved.needs(3) ? of.dB() : null;
            if (gates != null && saved.needs(gatesAt())) {
                gradients[gatesAt()] = of.dA().times(a).reduce(Reduction.SUM, 1).reshape(gates.shape());
            }
        } else {
            dT = rows.matmul(saved.get(2)).affine(scale, 0);
        }
        if (saved.needs(1)) {
            gradients[1] = rows.transpose(0, 1).matmul(Rows.of(saved.get(next)));
        }
        if (saved.needs(0)) {
            gradients[0] = gradientOfX(saved.get(0), gated(a, gates), dT, dY);
        }
        if (hasBias && saved.needs(BIAS)) {
            gradients[BIAS] = rows.sumTo(rows.shape().without(0));
        }
        return gradients;
    }

    /** diag(g) m for m[r, I]. */
    private static Tensor gated(Tensor m, @Nullable Tensor gates) {
        return gates == null ? m : m.times(gates.reshape(Shape.of(gates.shape().dim(0), 1)));
    }

    private Tensor gradientOfX(Tensor weight, Tensor gatedA, Tensor dT, Tensor dY) {
        Shape x = dY.shape().with(-1, weight.shape().dim(1));
        Backend.LowRankTerm change = dropout == null ? new Backend.LowRankTerm(dT, gatedA.transpose(0, 1)) : null;
        Tensor dX = Linear.gradientOfX(name(), Rows.of(dY), weight, change);
        return change == null ? dX.reshape(x).plus(dropped(dT.matmul(gatedA).reshape(x))) : dX.reshape(x);
    }

    /** Six inputs come with dropout, four have neither bias nor gates. */
    private static Variable some(Variable... in) {
        Variable gates = in.length > 5 ? in[5] : null;
        return lowRankLinear(
                in[0],
                in[1],
                in.length > BIAS ? in[BIAS] : null,
                new Change(in[2], in[3], gates),
                0.75,
                gates == null ? null : Dropout.some(0.25, in[0]));
    }
}
