package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x / (1 - p)} where the element's uniform number is at least p, else 0 (Srivastava et al. 2014); dX is dY
 * treated alike. The numbers come from the draw again, so nothing is saved.
 */
public record Dropout(Backend.Dropout settings) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "dropout", "x / (1 - p) with probability 1 - p, else 0", in -> dropout(in[0], some(0.25, in[0])))
            .on(of(2, 3))
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3))
            .on(of(3, 0));

    /**
     * @param x [B, ...], the first axis counting the draw's examples
     * @param settings the probability to drop and the draw
     */
    public static Variable dropout(Variable x, Backend.Dropout settings) {
        return Operation.apply(new Dropout(settings), x);
    }

    @Override
    public String name() {
        return "dropout";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        return drop(in[0]);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {drop(dY)};
    }

    Tensor drop(Tensor x) {
        check("dropout", settings, x.shape());
        Tensor y = x.result("dropout", x.shape());
        x.backend().dropout(x, settings, y);
        return y;
    }

    static void check(String operation, Backend.Dropout settings, Shape x) {
        settings.draw().clock().checkAlive(operation);
        Shape examples = settings.draw().examples().checkAlive(operation).shape();
        if (x.rank() == 0 || x.dim(0) != examples.dim(0)) {
            throw ShapeMismatch.in(operation, "the first axis must count the draw's examples", x, examples);
        }
    }

    /** Settings with a fixed draw for as many examples as x has. */
    static Backend.Dropout some(double p, Variable x) {
        return some(p, x.data().backend(), x.shape().dim(0));
    }

    static Backend.Dropout some(double p, Backend backend, int batch) {
        Tensor examples =
                Tensor.ofLongs(backend, of(batch), LongStream.range(0, batch).toArray());
        return new Backend.Dropout(p, new Draw(Tensor.ofLongs(backend, of(2), 1, 2), 3, examples));
    }
}
