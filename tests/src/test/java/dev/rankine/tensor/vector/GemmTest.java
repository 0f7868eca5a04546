package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.vector.ProductCase.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GemmTest {
    private static final WorkerPool POOL = new WorkerPool(4);
    private static final Gemm GEMM = new Gemm(POOL);

    @AfterAll
    static void close() {
        POOL.close();
    }

    private static ProductCase plain(int m, int k, int n, Layout a, Layout b) {
        return new ProductCase(1, m, n, k, a, b, Layout.ROWS, false, false, false);
    }

    /** The shapes of a small BART's step with rank 8, borders of the blocking, and k in several runs. */
    @ParameterizedTest
    @CsvSource({
        "1024, 128, 128, ROWS, COLUMNS",
        "200, 128, 1024, ROWS, COLUMNS",
        "257, 1024, 128, ROWS, ROWS",
        "515, 128, 8, ROWS, COLUMNS",
        "515, 128, 8, ROWS, ROWS",
        "515, 133, 5, ROWS, ROWS",
        "1023, 8, 128, ROWS, COLUMNS",
        "1023, 8, 130, ROWS, ROWS",
        "8, 1024, 128, COLUMNS, ROWS",
        "515, 1024, 8, COLUMNS, ROWS",
        "100, 769, 33, ROWS, ROWS",
        "100, 1700, 31, COLUMNS, COLUMNS",
        "49, 40, 3100, ROWS, COLUMNS",
        "25, 40, 3100, ROWS, ROWS",
        "24, 300, 515, ROWS, ROWS",
        "23, 300, 515, COLUMNS, ROWS",
        "2083, 17, 37, ROWS, ROWS",
        "2083, 17, 37, COLUMNS, COLUMNS",
        "26, 790, 700, ROWS, COLUMNS",
        "26, 790, 700, COLUMNS, ROWS",
        "1, 1000, 777, ROWS, ROWS",
        "1, 1000, 777, ROWS, COLUMNS",
        "777, 1000, 1, ROWS, ROWS",
        "777, 1000, 1, COLUMNS, ROWS",
    })
    void shapesOfRealUse(int m, int k, int n, Layout a, Layout b) {
        int[] first = plain(m, k, n, a, b).check(GEMM, 1);
        for (int threads = 1; threads <= 3; threads++) {
            try (WorkerPool pool = new WorkerPool(threads)) {
                assertThat(plain(m, k, n, a, b).bits(new Gemm(pool), 1))
                        .as("%d threads", threads)
                        .isEqualTo(first);
            }
        }
    }

    /** Batches that are read ahead: from memory in one piece, and the same with gaps, which are not. */
    @ParameterizedTest
    @CsvSource({"ROWS, COLUMNS", "COLUMNS, ROWS", "ROWS_WITH_GAPS, STRIDED"})
    void largeBatchesOfSmallProducts(Layout a, Layout b) {
        new ProductCase(97, 61, 65, 67, a, b, Layout.ROWS, false, false, false).check(GEMM, 3);
    }

    @ParameterizedTest
    @CsvSource({"20, 64, 40", "20, 40, 8", "20, 8, 64", "1, 70, 70", "70, 70, 1"})
    void theBitsAreTheSameBeforeAndAfterCompilation(int m, int k, int n) {
        ProductCase product = plain(m, k, n, Layout.ROWS, Layout.COLUMNS);
        int[] cold = product.check(GEMM, 5);
        Random random = new Random(5);
        Canary a = Canary.random(m * k, random);
        Canary b = Canary.random(k * n, random);
        Canary c = new Canary(m * n);
        Matrix matrixA = new Matrix(a.memory(), 0, new int[] {m, k}, new long[] {k, 1});
        Matrix matrixB = new Matrix(b.memory(), 0, new int[] {k, n}, new long[] {1, k});
        Matrix matrixC = new Matrix(c.memory(), 0, new int[] {m, n}, new long[] {n, 1});
        for (int i = 0; i < 20_000; i++) {
            GEMM.multiply(matrixA, matrixB, matrixC, false);
        }
        assertThat(product.bits(GEMM, 5)).isEqualTo(cold);
    }

    @Test
    void twoProgramsAtOnceGetTheirOwnBits() throws Exception {
        ProductCase product = plain(300, 128, 130, Layout.ROWS, Layout.COLUMNS);
        int[] expected = product.check(GEMM, 3);
        try (ExecutorService callers = Executors.newFixedThreadPool(3)) {
            List<Callable<int[]>> tasks = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                tasks.add(() -> product.bits(GEMM, 3));
            }
            for (Future<int[]> result : callers.invokeAll(tasks)) {
                assertThat(result.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void aViewThatReachesTooFarIsRefused() {
        MemorySegment memory = Arena.ofAuto().allocate(4L * 12);
        assertThatThrownBy(() -> new Matrix(memory, 0, new int[] {3, 5}, new long[] {5, 1}))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("[3, 5]")
                .hasMessageContaining("memory of 12");
        assertThatThrownBy(() -> new Matrix(memory, 1, new int[] {3, 4}, new long[] {4, 1}))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new Matrix(memory, 3, new int[] {3, 4}, new long[] {-4, 1}))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new Matrix(memory, 0, new int[] {2, 2}, new long[] {Long.MAX_VALUE, 2}))
                .isInstanceOfAny(IndexOutOfBoundsException.class, ArithmeticException.class);
        assertThatThrownBy(
                        () -> new Matrix(MemorySegment.ofArray(new float[12]), 0, new int[] {3, 4}, new long[] {4, 1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("outside the Java heap");
    }

    @Test
    void closedMemoryIsRefused() {
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(4L * 12);
        }
        assertThatThrownBy(() -> new Matrix(closed, 0, new int[] {3, 4}, new long[] {4, 1}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void sizesThatDoNotFitAreRefusedWithTheShapes() {
        Canary memory = new Canary(100);
        Matrix wide = new Matrix(memory.memory(), 0, new int[] {2, 3}, new long[] {3, 1});
        Matrix tall = new Matrix(memory.memory(), 0, new int[] {4, 5}, new long[] {5, 1});
        assertThatThrownBy(() -> GEMM.multiply(wide, tall, tall, false))
                .hasMessageContaining("[2, 3] x [4, 5]")
                .isInstanceOf(IllegalArgumentException.class);
        Matrix square = new Matrix(memory.memory(), 0, new int[] {3, 3}, new long[] {3, 1});
        Matrix repeated = new Matrix(memory.memory(), 0, new int[] {3, 3}, new long[] {0, 1});
        assertThatThrownBy(() -> GEMM.multiply(square, square, repeated, false)).hasMessageContaining("stride 0");
    }

    @Test
    void broadcastMatricesOfAnyBatch() {
        for (boolean oneA : new boolean[] {false, true}) {
            for (boolean oneB : new boolean[] {false, true}) {
                new ProductCase(5, 7, 9, 6, Layout.ROWS, Layout.ROWS, Layout.ROWS, oneA, oneB, true).check(GEMM, 8);
            }
        }
    }

    @Test
    void nothingToSumGivesZerosOrLeavesWhatIsThere() {
        for (Layout layout : Layout.values()) {
            new ProductCase(2, 5, 4, 0, Layout.ROWS, Layout.ROWS, layout, false, false, false).check(GEMM, 2);
            new ProductCase(2, 5, 4, 0, Layout.ROWS, Layout.ROWS, layout, false, false, true).check(GEMM, 2);
        }
    }
}
