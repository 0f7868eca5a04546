package dev.rankine.lora;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DelegatingBackend;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Tensor;

/** Counts how often random numbers are asked for. */
final class DrawCounter extends DelegatingBackend {
    private int draws;

    DrawCounter(Backend delegate) {
        super(delegate);
    }

    @Override
    public void uniform(Draw draw, Tensor out) {
        draws++;
        super.uniform(draw, out);
    }

    int draws() {
        return draws;
    }
}
