package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/** {@code y = ln x}, the natural logarithm; dX = dY / x. */
public record Log() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("log", "ln x", in -> log(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3))
            .inRange(0.25, 4);

    public static Variable log(Variable x) {
        return Operation.apply(new Log(), x);
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0]);
        return in[0].map(Unary.LOG);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {dY.zip(Binary.DIVIDE, saved.get(0))};
    }
}
