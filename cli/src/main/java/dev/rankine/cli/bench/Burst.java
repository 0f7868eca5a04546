package dev.rankine.cli.bench;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;

/**
 * Work to be timed, until it is done. A device is given it many times before it is waited for, as in training: what comes
 * after it is read, which waits for everything before.
 *
 * @param size how often one run does the work
 */
record Burst(int size, Runnable body) implements Runnable {
    /** How long a device works for one run, in nanoseconds, and how much work it is given at most. */
    private static final double LENGTH = 4e6;

    private static final int MOST = 64;

    static Burst of(Backend backend, Runnable work) {
        if (!backend.isDevice()) {
            return new Burst(1, () -> {
                work.run();
                backend.finish();
            });
        }
        Tensor begin = Tensor.of(backend, Shape.of(1), 0);
        Tensor end = Tensor.of(backend, Shape.of(1), 0);
        Runnable wait = () -> {
            backend.affine(begin, 1, 1, end.forWriting("bench"));
            end.item();
        };
        Burst once = new Burst(1, () -> {
            work.run();
            wait.run();
        });
        once.run(); // compiles it
        long began = System.nanoTime();
        once.run();
        int size = Math.clamp((long) (LENGTH / (System.nanoTime() - began)), 1, MOST);
        return new Burst(size, () -> {
            for (int i = 0; i < size; i++) {
                work.run();
            }
            wait.run();
        });
    }

    @Override
    public void run() {
        body.run();
    }
}
