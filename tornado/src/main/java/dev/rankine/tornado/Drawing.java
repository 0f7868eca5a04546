package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;

/** Starts the kernels that draw, and tells others what to draw. */
final class Drawing {
    private final Engine engine;
    private final Residency residency;

    Drawing(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    /** The words of a draw for the elements of x, whose first axis counts the examples. */
    static int[] words(Residency residency, String operation, Draw draw, Tensor x) {
        draw.requireExamples(operation, x);
        if (draw.places() != null) {
            throw new UnsupportedOperationException(
                    operation + ": a device draws for whole examples, not for rows packed without padding");
        }
        return new int[] {
            (int) draw.stream(),
            residency.read(draw.clock()),
            2 * Math.toIntExact(draw.clock().stride(0)),
            residency.read(draw.examples()),
            2 * Math.toIntExact(draw.examples().stride(0))
        };
    }

    /** The numbers of a dropout: the smallest uniform number that stays, and what it is multiplied by. */
    static double[] numbers(Backend.Dropout dropout) {
        return new double[] {Philox.threshold(dropout.p()), 1 / (1 - dropout.p())};
    }

    private Call call(Kernel kernel, Draw draw, Tensor out) {
        int n = Elements.count(out);
        return new Call(kernel)
                .words(RandomKernels.DRAWN, words(residency, kernel.name(), draw, out))
                .words(0, n)
                .words(3, n / out.shape().dim(0));
    }

    private void launch(Call call) {
        engine.launch(call, Elements.groups(call.word(0)));
    }

    /** Uniform numbers into a row-major tensor. */
    void uniform(Draw draw, Tensor out) {
        if (Elements.count(out) > 0) {
            Call call = call(Kernel.UNIFORM, draw, out);
            launch(call.words(1, residency.write(out)));
        }
    }

    /** y = x factor where it stays, else 0; y is row-major. */
    void drop(Tensor x, Backend.Dropout dropout, Tensor y) {
        if (Elements.count(x) > 0) {
            Call call = call(Kernel.DROP, dropout.draw(), x).words(2, residency.readRowMajor(x));
            launch(call.words(1, residency.write(y)).numbers(numbers(dropout)));
        }
    }
}
