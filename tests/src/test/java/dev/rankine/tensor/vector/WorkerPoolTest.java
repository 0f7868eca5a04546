package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyBlockRunsOnce(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            assertThat(pool.threads()).isEqualTo(threads);
            for (int blocks : new int[] {0, 1, 2, 7, 1000}) {
                AtomicIntegerArray runs = new AtomicIntegerArray(blocks);
                pool.run(blocks, runs::incrementAndGet);
                for (int block = 0; block < blocks; block++) {
                    assertThat(runs.get(block))
                            .as("block %d of %d", block, blocks)
                            .isEqualTo(1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void theSecondPartFindsTheFirstOneDone(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            for (int first : new int[] {0, 1, 5, 40}) {
                AtomicInteger ended = new AtomicInteger();
                AtomicInteger early = new AtomicInteger();
                pool.run(first, first + 40, block -> {
                    if (block >= first && ended.get() < first) {
                        early.incrementAndGet();
                    }
                    ended.incrementAndGet();
                });
                assertThat(early).hasValue(0);
                assertThat(ended).hasValue(first + 40);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aJobThatHasBegunEndsPartByPart(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            for (int[] ends : new int[][] {{0, 5, 5, 9}, {3, 40, 50, 51}, {1}, {0, 0, 0}}) {
                int last = ends[ends.length - 1];
                AtomicInteger ended = new AtomicInteger();
                AtomicInteger early = new AtomicInteger();
                WorkerPool.Begun begun = pool.begin(
                        block -> {
                            for (int end : ends) {
                                early.addAndGet(block >= end && ended.get() < end ? 1 : 0);
                            }
                            ended.incrementAndGet();
                        },
                        ends);
                AtomicInteger beside = new AtomicInteger();
                pool.run(7, block -> beside.incrementAndGet());
                assertThat(beside).hasValue(7);
                begun.end();
                assertThat(begun.isDone()).isTrue();
                assertThat(ended).hasValue(last);
                assertThat(early).hasValue(0);
            }
        }
    }

    @Test
    void othersWorkAtAJobThatHasBegunWithoutTheCaller() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3)) {
            CountDownLatch ran = new CountDownLatch(20);
            WorkerPool.Begun begun = pool.begin(block -> ran.countDown(), 20);
            ran.await();
            begun.end();
            WorkerPool.Begun bad = pool.begin(
                    block -> {
                        throw new ArithmeticException("block " + block);
                    },
                    4);
            assertThatThrownBy(bad::end).isInstanceOf(ArithmeticException.class);
            AtomicInteger after = new AtomicInteger();
            pool.run(10, block -> after.incrementAndGet());
            assertThat(after).hasValue(10);
        }
    }

    @Test
    void theSecondPartDoesNotWaitForABlockThatFailed() {
        try (WorkerPool pool = new WorkerPool(3)) {
            AtomicInteger second = new AtomicInteger();
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(60),
                    () -> assertThatThrownBy(() -> pool.run(20, 40, block -> {
                                if (block == 7) {
                                    throw new ArithmeticException("block 7");
                                }
                                second.addAndGet(block < 20 ? 0 : 1);
                            }))
                            .hasMessage("block 7"));
            assertThat(second).hasValue(0);
        }
    }

    @Test
    void theWorkersTakePart() {
        try (WorkerPool pool = new WorkerPool(3)) {
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            CountDownLatch together = new CountDownLatch(3);
            pool.run(3, block -> {
                seen.add(Thread.currentThread());
                together.countDown();
                Assertions.assertDoesNotThrow(() -> together.await());
            });
            assertThat(seen).hasSize(3).contains(Thread.currentThread());
            assertThat(seen)
                    .filteredOn(thread -> thread != Thread.currentThread())
                    .allMatch(Thread::isDaemon);
        }
    }

    @Test
    void everyThreadBeginsWithTheSameBlocksInEveryJob() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(3)) {
            Thread[] first = new Thread[3];
            for (int job = 0; job < 20; job++) {
                CountDownLatch together = new CountDownLatch(3);
                Thread[] seen = new Thread[3];
                // nobody can take a second block before each has begun with one
                pool.run(6, block -> {
                    if (block % 2 == 0) {
                        seen[block / 2] = Thread.currentThread();
                        together.countDown();
                        Assertions.assertDoesNotThrow(() -> together.await());
                    }
                });
                if (job == 0) {
                    System.arraycopy(seen, 0, first, 0, 3);
                }
                assertThat(seen).containsExactly(first);
                // longer than the caller would go on alone if the machine had put a worker aside
                Thread.sleep(25);
            }
            assertThat(first).doesNotHaveDuplicates().startsWith(Thread.currentThread());
        }
    }

    @Test
    void sleepingWorkersAreWoken() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2)) {
            Thread.sleep(50);
            CountDownLatch together = new CountDownLatch(2);
            pool.run(2, block -> {
                together.countDown();
                Assertions.assertDoesNotThrow(() -> together.await());
            });
        }
    }

    @Test
    void whatABlockThrowsReachesTheCallerAndThePoolGoesOn() {
        try (WorkerPool pool = new WorkerPool(3)) {
            for (int bad : new int[] {0, 5, 99}) {
                assertThatThrownBy(() -> pool.run(100, block -> {
                            if (block == bad) {
                                throw new ArithmeticException("block " + block);
                            }
                        }))
                        .isInstanceOf(ArithmeticException.class)
                        .hasMessage("block " + bad);
            }
            assertThatThrownBy(() -> pool.run(4, block -> {
                        throw new AssertionError("an error too");
                    }))
                    .isInstanceOf(AssertionError.class);
            AtomicInteger ran = new AtomicInteger();
            pool.run(10, block -> ran.incrementAndGet());
            assertThat(ran).hasValue(10);
        }
    }

    @Test
    void aJobInsideAJobRunsOnTheThreadThatAsks() {
        try (WorkerPool pool = new WorkerPool(3)) {
            AtomicInteger ran = new AtomicInteger();
            pool.run(6, outer -> {
                Thread asking = Thread.currentThread();
                pool.run(5, inner -> {
                    assertThat(Thread.currentThread()).isSameAs(asking);
                    ran.incrementAndGet();
                });
            });
            assertThat(ran).hasValue(30);
        }
    }

    @Test
    void manyCallersAtOnceAllFinish() {
        try (WorkerPool pool = new WorkerPool(3)) {
            AtomicInteger ran = new AtomicInteger();
            Thread[] callers = new Thread[4];
            for (int i = 0; i < callers.length; i++) {
                callers[i] = Thread.ofPlatform().start(() -> {
                    for (int job = 0; job < 500; job++) {
                        pool.run(4, block -> ran.incrementAndGet());
                    }
                });
            }
            Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                for (Thread caller : callers) {
                    caller.join();
                }
            });
            assertThat(ran).hasValue(4 * 500 * 4);
        }
    }

    @Test
    void closedOrEmptyPoolsSaySo() {
        assertThatThrownBy(() -> new WorkerPool(0)).hasMessageContaining("at least 1 thread");
        WorkerPool pool = new WorkerPool(2);
        pool.close();
        assertThatThrownBy(() -> pool.run(2, block -> {})).hasMessageContaining("closed");
    }
}
