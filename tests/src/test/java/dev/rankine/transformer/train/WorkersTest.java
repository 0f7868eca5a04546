package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.data.Dataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Workers that each see a part of every batch make the steps of one that sees all of it. */
class WorkersTest {
    private static final int COUNT = 3;

    /** Threads that meet to add what they have, in the order of their numbers. */
    private static final class Threads {
        private final CyclicBarrier barrier = new CyclicBarrier(COUNT);
        private final AtomicLong total = new AtomicLong();
        private final double[][][] parts = new double[COUNT][][];

        private void meet() {
            try {
                barrier.await();
            } catch (Exception broken) {
                throw new IllegalStateException(broken);
            }
        }

        Workers worker(int number) {
            return new Workers() {
                @Override
                public long total(long count) {
                    total.addAndGet(count);
                    meet();
                    long sum = total.get();
                    meet();
                    total.addAndGet(-count);
                    meet();
                    return sum;
                }

                @Override
                public void sum(List<Tensor> tensors) {
                    parts[number] = tensors.stream().map(Tensor::toDoubles).toArray(double[][]::new);
                    meet();
                    for (int t = 0; t < tensors.size(); t++) {
                        double[] sum = new double[parts[number][t].length];
                        for (int worker = 0; worker < COUNT; worker++) {
                            for (int i = 0; i < sum.length; i++) {
                                sum[i] += parts[worker][t][i];
                            }
                        }
                        tensors.get(t).write(sum);
                    }
                    meet();
                }
            };
        }
    }

    /** Every third example of a batch. */
    private static Dataset<Toy.Rows> part(Toy all, int number) {
        return new Dataset<>() {
            @Override
            public int size() {
                return all.size();
            }

            @Override
            public Toy.Rows batch(int[] examples, int first) {
                int[] own = IntStream.range(0, examples.length)
                        .filter(i -> i % COUNT == number)
                        .toArray();
                Toy.Rows rows =
                        all.batch(Arrays.stream(own).map(i -> examples[i]).toArray(), first);
                rows.examples()
                        .write(Arrays.stream(own)
                                .asLongStream()
                                .map(i -> first + i)
                                .toArray());
                return rows;
            }
        };
    }

    @Test
    void workersTogetherMakeTheStepsOfOne() throws Exception {
        Toy data = Toy.of(20);
        Variable alone = data.weight();
        TrainerSettings settings = TrainerSettings.of(2, 8, 0.05).withClip(.5);
        double loss = trainer(settings, data, alone).train().finalLoss();
        Threads threads = new Threads();
        List<Variable> weights = new ArrayList<>();
        List<Future<TrainingResult>> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(COUNT)) {
            for (int number = 0; number < COUNT; number++) {
                Variable w = data.weight();
                weights.add(w);
                Trainer<Toy.Rows> trainer =
                        trainer(settings, part(data, number), w).among(threads.worker(number));
                results.add(pool.submit(trainer::train));
            }
            for (Future<TrainingResult> result : results) {
                assertThat(result.get().finalLoss()).isCloseTo(loss, within(1e-12));
            }
        }
        for (Variable w : weights) {
            assertThat(w.data().toDoubles())
                    .isEqualTo(weights.getFirst().data().toDoubles())
                    .containsExactly(alone.data().toDoubles(), within(1e-12));
        }
    }

    private static Trainer<Toy.Rows> trainer(TrainerSettings settings, Dataset<Toy.Rows> data, Variable w) {
        return new Trainer<>(Toy.REFERENCE, settings, data, Toy.objective(w), new WeightTraining(Map.of("w", w), 0));
    }
}
