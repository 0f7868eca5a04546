package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Temporaries;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Rotary positions (Su et al. 2021, "RoFormer") in the order of LLaMA in Hugging Face: of each row, element i of a first
 * part a and of a second part b, both of R elements, is a point of the plane, turned by an angle: y = [a cos - b sin, b cos
 * + a sin, c], what is beyond 2 R staying as it is. The gradient is turned back: dX = [dA cos + dB sin, dB cos - dA sin, dC].
 */
public record Rope(Tensor cos, Tensor sin) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("rope", "[a cos - b sin, b cos + a sin, c] for x = [a, b, c]", in -> {
                Tensor x = in[0].data();
                return rope(in[0], someAngles(x, true), someAngles(x, false));
            })
            .on(of(2, 3, 4, 6))
            .on(of(5, 1, 2))
            .on(of(1, 2))
            .on(of(3, 7))
            .on(of(0, 3, 4));

    /**
     * @param x [..., T, D]
     * @param cos of the angles, its shape broadcasting to [..., T, R] with 2 R at most D
     * @param sin likewise
     */
    public static Variable rope(Variable x, Tensor cos, Tensor sin) {
        return Operation.apply(new Rope(cos, sin), x);
    }

    @Override
    public String name() {
        return "rope";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Shape x = in[0].shape();
        ShapeMismatch.require("rope", "the sines", cos.shape(), sin.shape());
        if (x.rank() < 2 || cos.shape().rank() == 0 || 2 * cos.shape().dim(-1) > x.dim(-1)) {
            throw ShapeMismatch.in(
                    "rope", "x must be [..., T, D] and the angles [..., T, R], 2 R <= D", x, cos.shape());
        }
        Shape turned = x.with(-1, cos.shape().dim(-1));
        if (!Shape.broadcast("rope", turned, cos.shape()).equals(turned)) {
            throw ShapeMismatch.in("rope", "the angles have more rows than x", x, cos.shape());
        }
        saved.save(cos.checkAlive("rope"), sin.checkAlive("rope"));
        return turned(in[0], cos, sin, 1);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {turned(dY, saved.get(0), saved.get(1), -1)};
    }

    /** By the angles, or back by them where the direction is -1. */
    private static Tensor turned(Tensor x, Tensor cos, Tensor sin, int direction) {
        int width = x.shape().dim(-1);
        int pairs = cos.shape().dim(-1);
        Tensor a = x.slice(-1, 0, pairs);
        Tensor b = x.slice(-1, pairs, 2 * pairs);
        Tensor s = direction == 1 ? sin : sin.affine(-1, 0);
        Tensor y = x.result("rope", x.shape());
        Tensor along = a.times(cos);
        Tensor across = b.times(s);
        x.backend().zip(Binary.SUBTRACT, along, across, along);
        x.backend().copy(along, y.slice(-1, 0, pairs));
        x.backend().zip(Binary.MULTIPLY, b, cos.expand(b.shape()), along);
        x.backend().zip(Binary.MULTIPLY, a, s.expand(a.shape()), across);
        x.backend().zip(Binary.ADD, along, across, along);
        x.backend().copy(along, y.slice(-1, pairs, 2 * pairs));
        Temporaries.release(along, across);
        if (width > 2 * pairs) {
            x.backend().copy(x.slice(-1, 2 * pairs, width), y.slice(-1, 2 * pairs, width));
        }
        return y;
    }

    /** Angle t (i + 1) / 2 at place t and element i. */
    private static Tensor someAngles(Tensor x, boolean cosine) {
        Shape shape = of(x.shape().dim(-2), x.shape().dim(-1) / 2);
        double[] values = new double[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            int place = i / shape.dim(1);
            double angle = 0.5 * place * (i % shape.dim(1) + 1);
            values[i] = cosine ? StrictMath.cos(angle) : StrictMath.sin(angle);
        }
        return Tensor.of(x.backend(), x.dtype(), shape, values);
    }
}
