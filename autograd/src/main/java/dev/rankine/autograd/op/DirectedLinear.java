package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A product with a weight that has a low-rank change beside it and a factor for every row (Liu et al. 2024, "DoRA"): {@code y =
 * x (diag(f) (W + s B A))^T + bias}, the bias being optional. Rows are scaled where they are few, in W' = diag(f) W, which a
 * back-end need not make, and B' = diag(f) B, so nothing walks through y. With {@code t = s x A^T}, and over the rows of x and dY:
 *
 * <pre>{@code
 * dX = dY W' + dH A    with    dH = s dY B'      dA = dH^T x      dB = diag(f) dY^T t      dW = diag(f) dY^T x
 * df = sum_rows(dY .* (y - bias)) / f            dBias = sum_rows(dY)
 * }</pre>
 *
 * since y - bias is f times what f multiplies. Where f is 0 that is lost, and df is taken for 0: a row of zeros stays one.
 */
public record DirectedLinear(double scale, boolean hasBias) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("directedLinear", "x (f .* (W + s B A))^T + b", DirectedLinear::some)
            .on(of(2, 3), of(4, 3), of(2, 3), of(4, 2), of(4), of(4))
            .on(of(5, 1, 7), of(3, 7), of(5, 7), of(3, 5), of(3))
            .on(of(3), of(2, 3), of(1, 3), of(2, 1), of(2), of(2))
            .on(of(0, 3), of(2, 3), of(1, 3), of(2, 1), of(2), of(2))
            .on(of(4, 0), of(3, 0), of(2, 0), of(3, 2), of(3))
            .inRange(0.25, 1.5)
            .within(1e-4);

    private static final int BIAS = 5;

    /** Keeps 1 / f from being infinite at 0: f / (f^2 + this). */
    private static final double TINY = 1e-30;

    /**
     * @param x [..., I]
     * @param weight W [O, I]
     * @param a A [r, I]
     * @param b B [O, r]
     * @param f [O]
     * @param bias [O], or null for none
     * @param scale s, a setting that never changes between steps
     */
    public static Variable directedLinear(
            Variable x, Variable weight, Variable a, Variable b, Variable f, @Nullable Variable bias, double scale) {
        List<Variable> inputs = new ArrayList<>(List.of(x, weight, a, b, f));
        if (bias != null) {
            inputs.add(bias);
        }
        return Operation.apply(new DirectedLinear(scale, bias != null), inputs.toArray(Variable[]::new));
    }

    @Override
    public String name() {
        return "directedLinear";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor x = in[0];
        Tensor f = in[4];
        check(in);
        Tensor t = Rows.of(x).matmul(in[2].transpose(0, 1)).affine(scale, 0);
        Tensor b = scaled(in[3], f);
        Tensor y = x.result(name(), Shape.of(Rows.count(x.shape()), f.shape().dim(0)));
        var change = new Backend.LowRankTerm(t, b);
        y.backend().scaledLinear(Rows.of(x), in[1], column(f), hasBias ? in[BIAS] : null, change, y);
        saved.save(in[1], in[2], b, t, f, y);
        if (hasBias) {
            saved.save(in[BIAS]);
        }
        if (saved.needs(1) || learns(saved)) {
            saved.save(x);
        }
        return y.reshape(x.shape().with(-1, f.shape().dim(0)));
    }

    private void check(Tensor... in) {
        LowRankLinear.checkFactors(name(), in);
        int outputs = in[1].shape().dim(0);
        ShapeMismatch.require(name(), "f", Shape.of(outputs), in[4].shape());
        if (hasBias) {
            ShapeMismatch.require(name(), "the bias", Shape.of(outputs), in[BIAS].shape());
        }
    }

    /** diag(f) m. */
    private static Tensor scaled(Tensor m, Tensor f) {
        return m.times(column(f));
    }

    private static Tensor column(Tensor f) {
        return f.reshape(Shape.of(f.shape().dim(0), 1));
    }

    private static Tensor row(Tensor f) {
        return f.reshape(Shape.of(1, f.shape().dim(0)));
    }

    /** Whether A or B is trained. */
    private static boolean learns(Saved saved) {
        return saved.needs(2) || saved.needs(3);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor a = saved.get(1);
        Tensor f = saved.get(4);
        Tensor bias = hasBias ? saved.get(6) : null;
        Tensor rows = Rows.of(dY);
        @Nullable Tensor[] gradients = new @Nullable Tensor[hasBias ? BIAS + 1 : BIAS];
        Tensor dH;
        if (learns(saved)) {
            LowRankGradients of = LowRankGradients.of(name(), rows, x(saved), saved.get(3), saved.get(2), scale);
            dH = of.dT();
            gradients[2] = saved.needs(2) ? of.dA() : null;
            gradients[3] = saved.needs(3) ? scaled(of.dB(), f) : null;
        } else {
            dH = rows.matmul(saved.get(2)).affine(scale, 0);
        }
        if (saved.needs(0)) {
            var change = new Backend.LowRankTerm(dH, a.transpose(0, 1));
            Tensor weight = saved.get(0);
            Tensor dX = Linear.roomOfX(name(), rows, weight);
            dX.backend().scaledLinear(rows, weight.transpose(0, 1), row(f), null, change, dX);
            gradients[0] = dX.reshape(dY.shape().with(-1, a.shape().dim(1)));
        }
        if (saved.needs(1)) {
            gradients[1] = scaled(rows.transpose(0, 1).matmul(x(saved)), f);
        }
        if (saved.needs(4)) {
            Tensor dots = f.result(name(), f.shape());
            f.backend().columnDots(saved.get(5), bias, rows, dots);
            gradients[4] = dots.times(f).zip(Binary.DIVIDE, f.times(f).affine(1, TINY));
        }
        if (hasBias && saved.needs(BIAS)) {
            gradients[BIAS] = rows.sumTo(f.shape());
        }
        return gradients;
    }

    private static Variable some(Variable... in) {
        return directedLinear(in[0], in[1], in[2], in[3], in[4], in.length > BIAS ? in[BIAS] : null, 0.75);
    }

    private Tensor x(Saved saved) {
        return Rows.of(saved.get(hasBias ? 7 : 6));
    }
}
