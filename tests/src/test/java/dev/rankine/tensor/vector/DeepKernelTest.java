package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.vector.ProductCase.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DeepKernelTest {
    private static final int ROWS = Packing.MAX_TILE_ROWS;

    /** So nobody can see which kernel made a product. */
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void bothKernelsMakeTheSameBits(@ForAll @IntRange(max = 80) int steps, @ForAll boolean goesOn, @ForAll long seed) {
        Random random = new Random(seed);
        float[] a = new float[ROWS * steps + 3];
        for (int i = 0; i < a.length; i++) {
            a[i] = (float) random.nextGaussian();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment b = numbers(arena, steps * Packing.PANEL, random);
            MemorySegment from = numbers(arena, ROWS * Packing.PANEL, random);
            MemorySegment quad = arena.allocate(from.byteSize(), 64);
            MemorySegment deep = arena.allocate(from.byteSize(), 64);
            long step = Packing.PANEL_BYTES;
            long fromStep = goesOn ? step : 0;
            QuadTiles.rows6(steps, a, 3, b.address(), step, from.address(), fromStep, quad.address(), step);
            DeepTiles.rows6(steps, a, 3, b.address(), step, from.address(), fromStep, deep.address(), step);
            assertThat(deep.mismatch(quad)).isEqualTo(-1);
        }
    }

    private static MemorySegment numbers(Arena arena, int count, Random random) {
        MemorySegment memory = arena.allocate(Float.BYTES * (long) count, 64);
        for (int i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return memory;
    }

    @Test
    void takesOverOnceItIsCompiled() throws InterruptedException {
        DeepKernel.count(DeepKernel.WORTH);
        while (!DeepKernel.isReady() && isAtWork()) {
            Thread.sleep(Duration.ofMillis(20));
        }
        assertThat(DeepKernel.isReady()).isTrue();
        ProductCase product =
                new ProductCase(1, 50, 130, 769, Layout.ROWS, Layout.COLUMNS, Layout.ROWS, false, false, false);
        try (WorkerPool pool = new WorkerPool(1)) {
            product.check(new Gemm(pool), 1);
        }
    }

    private static boolean isAtWork() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("rankine-deep-kernel"));
    }
}
