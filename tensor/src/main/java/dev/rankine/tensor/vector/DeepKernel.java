package dev.rankine.tensor.vector;

import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When {@link DeepTiles} takes over from {@link QuadTiles}, which has the same bits. The JIT needs about a second for it, in which the
 * kernel would be a thousand times slower; so a thread of its own calls it until it is compiled, and only in a program that has
 * multiplied for a while: small models begin to train without it.
 */
final class DeepKernel {
    /** Multiplications after which it is worth its compilation: some tenths of a second. */
    static final long WORTH = 1L << 35;

    private static final int STEPS = 256;
    /** Nanoseconds: a compiled call takes some microseconds, an interpreted one milliseconds. */
    private static final long COMPILED_CALL = 100_000;

    private static final int CALLS_IN_ROW = 10;
    /** Nanoseconds after which a JVM without such a compiler is left in peace. */
    private static final long PATIENCE = 60_000_000_000L;

    private static final AtomicLong multiplied = new AtomicLong();
    private static final AtomicBoolean ready = new AtomicBoolean();

    private DeepKernel() {}

    /** Whether it has been compiled. */
    static boolean isReady() {
        return ready.get();
    }

    /** Counts the work of the program. */
    static void count(long multiplications) {
        if (multiplied.get() < WORTH) {
            long before = multiplied.getAndAdd(multiplications);
            if (before < WORTH && before + multiplications >= WORTH) {
                Thread.ofPlatform().daemon().name("rankine-deep-kernel").start(DeepKernel::compile);
            }
        }
    }

    private static void compile() {
        float[] a = new float[Packing.MAX_TILE_ROWS * STEPS];
        Scratch scratch = new Scratch();
        long panel = scratch.panels(Packing.panelBytes(STEPS));
        long row = Packing.PANEL_BYTES;
        long begin = System.nanoTime();
        int quick = 0;
        while (quick < CALLS_IN_ROW) {
            long before = System.nanoTime();
            if (before - begin > PATIENCE) {
                return;
            }
            DeepTiles.rows6(STEPS, a, 0, panel, row, scratch.zeros, 0, scratch.tile, row);
            quick = System.nanoTime() - before < COMPILED_CALL ? quick + 1 : 0;
        }
        Reference.reachabilityFence(scratch);
        ready.set(true);
    }
}
