package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RowWorkTest {
    /** Large enough to be put off, too small to begin before somebody asks. */
    private static final Shape SHAPE = Shape.of(512, 64);

    private final VectorBackend backend = new VectorBackend(3);
    private final Tensor x = Tensor.zeros(backend, DType.F32, SHAPE);

    @AfterEach
    void close() {
        backend.close();
    }

    private static boolean isPutOff(Tensor result) {
        return result.storage().isAwaited(false);
    }

    @Test
    void aReaderWaitsForWhatItReads() {
        Tensor y = x.affine(1, 2).map(Unary.SQUARE);
        assertThat(isPutOff(y)).isTrue();
        assertThat(y.toFloats()).containsOnly(4);
        assertThat(isPutOff(y)).isFalse();
    }

    @Test
    void aWriterWaitsForWhoeverReads() {
        Tensor one = Tensor.scalar(backend, DType.F32, 1);
        Tensor y = x.plus(one.expand(SHAPE));
        assertThat(isPutOff(y)).isTrue();
        one.write(5.0);
        assertThat(y.toFloats()).containsOnly(1);
        Tensor z = x.plus(one.expand(SHAPE));
        backend.affine(one, 0, 7, one);
        assertThat(z.toFloats()).containsOnly(5);
        assertThat(one.item()).isEqualTo(7);
    }

    @Test
    void aReaderDoesNotWaitForOtherReaders() {
        x.write(new double[512 * 64]);
        Tensor one = Tensor.scalar(backend, DType.F32, 1);
        Tensor y = x.plus(one.expand(SHAPE));
        assertThat(one.item()).isEqualTo(1);
        assertThat(isPutOff(y)).isTrue();
    }

    @Test
    void aSmallOperationComesBehindWhatItNeeds() {
        Tensor sum = x.affine(1, 1).slice(0, 0, 64).reduce(Reduction.SUM, 0, 1);
        Tensor scaled = sum.affine(0.5, 0);
        assertThat(isPutOff(scaled)).isTrue();
        Tensor rows = x.plus(scaled.expand(SHAPE));
        backend.fill(scaled, 0);
        assertThat(rows.toFloats()).containsOnly(64 * 64 / 2f);
        assertThat(scaled.item()).isEqualTo(0);
    }

    @Test
    void rowsOfAnotherCutWait() {
        Tensor y = x.affine(1, 3);
        Tensor turned = y.transpose(0, 1).contiguous();
        backend.affine(y, 0, 9, y);
        assertThat(turned.toFloats()).containsOnly(3);
        assertThat(y.toFloats()).containsOnly(9);
    }

    @Test
    void memoryThatOthersKnowIsWrittenAtOnce() {
        MemorySegment known = Arena.ofAuto().allocate(4 * SHAPE.size(), 64);
        Tensor y = Tensor.over(backend, Storage.over(known, DType.F32), SHAPE);
        backend.affine(x, 1, 3, y);
        assertThat(known.getAtIndex(ValueLayout.JAVA_FLOAT, 512 * 64 - 1)).isEqualTo(3);
    }

    @Test
    void anotherBackEndWaits() {
        try (VectorBackend other = new VectorBackend(2)) {
            Tensor y = x.affine(1, 2);
            assertThat(isPutOff(y)).isTrue();
            Tensor z = Tensor.over(other, y.storage(), SHAPE).affine(2, 1);
            backend.affine(y, 0, 7, y);
            assertThat(z.toFloats()).containsOnly(5);
            assertThat(y.toFloats()).containsOnly(7);
        }
    }

    @Test
    void finishingLeavesNothing() {
        Tensor y = x.affine(1, 2);
        backend.finish();
        assertThat(isPutOff(y)).isFalse();
        backend.finish();
    }

    @Test
    void whatFailsIsToldToWhoAsksAndTheOthersGoOn() {
        try (WorkerPool pool = new WorkerPool(2)) {
            RowWork work = new RowWork(pool);
            Tensor y = Tensor.zeros(backend, DType.F32, SHAPE);
            RowStep.Body bad = (from, end) -> {
                throw new ArithmeticException("rows " + from);
            };
            work.add(RowStep.of(512, 1 << 15, bad, Use.rows(y, true)));
            assertThatThrownBy(() -> y.toFloats()).isInstanceOf(ArithmeticException.class);
            assertThat(isPutOff(y)).isFalse();
            work.add(RowStep.of(512, 1 << 15, (from, end) -> {}, Use.rows(y, true)));
            work.finish();
            assertThat(y.toFloats()).containsOnly(0);
        }
    }

    @Test
    void stepsOfOneBatchGoBlockByBlockAndTheirSumsComeBehind() {
        assertThat(told(1, 1))
                .startsWith("a pack", "b pack", "a 0 to 18", "b 0 to 18", "a 18 to 36")
                .endsWith("b 504 to 512", "a sum", "b sum")
                .hasSize(4 + 2 * 29);
    }

    /** A step that has its own cut, and a rest at the end, cuts the others. */
    @Test
    void stepsOfOneBatchAreCutWhereAllOfThemMayBe() {
        assertThat(told(6, 10))
                .contains("a 0 to 30", "b 0 to 30", "a 30 to 60")
                .endsWith("a 510 to 512", "b 510 to 512", "a sum", "b sum")
                .hasSize(4 + 2 * 18);
    }

    /** Of 34 units that belong together there are so few that threads would have nothing to choose from. */
    @Test
    void stepsThatLeaveTooFewBlocksTogetherGoOneBehindTheOther() {
        assertThat(told(17, 34, 14)).containsSubsequence("a sum", "c pack").containsSubsequence("b sum", "c pack");
    }

    /** What steps a, b, ... of these grains tell, in its order, when one thread has them at once. */
    private List<String> told(int... grains) {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        try (WorkerPool pool = new WorkerPool(1)) {
            RowWork work = new RowWork(pool);
            for (int i = 0; i < grains.length; i++) {
                work.add(new Told((char) ('a' + i), grains[i], told, Use.rows(x, true)));
            }
            work.finish();
        }
        return told;
    }

    private static final class Told extends RowStep {
        private final char name;
        private final List<String> told;

        Told(char name, int grain, List<String> told, Use... uses) {
            super(512, grain, 1 << 15, uses);
            this.name = name;
            this.told = told;
        }

        @Override
        int packs() {
            return 1;
        }

        @Override
        void pack(int task) {
            told.add(name + " pack");
        }

        @Override
        void rows(int from, int end) {
            told.add(name + " " + from + " to " + end);
        }

        @Override
        int sums() {
            return 1;
        }

        @Override
        void sum(int task) {
            told.add(name + " sum");
        }
    }

    @Test
    void operationsOfSeveralThreadsDoNotMeet() {
        List<Thread> threads = new ArrayList<>();
        List<Tensor> results = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 4; i++) {
            int shift = i;
            threads.add(Thread.ofPlatform().start(() -> {
                Tensor y = x;
                for (int j = 0; j < 50; j++) {
                    y = y.affine(1, shift);
                    if (j % 7 == 0) {
                        y.toFloats();
                    }
                }
                results.add(y.affine(1.0 / 50, 0)
                        .plus(Tensor.scalar(backend, DType.F32, -shift).expand(SHAPE)));
            }));
        }
        threads.forEach(thread -> assertThat(thread).satisfies(Thread::join));
        assertThat(results).hasSize(4).allSatisfy(y -> {
            for (float number : y.toFloats()) {
                assertThat(number).isBetween(-1e-5f, 1e-5f);
            }
        });
    }
}
