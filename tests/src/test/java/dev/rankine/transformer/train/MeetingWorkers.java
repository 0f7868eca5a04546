package dev.rankine.transformer.train;

import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.data.Batch;
import dev.rankine.transformer.data.Dataset;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Threads that meet to add what they have, in the order of their numbers. */
public final class MeetingWorkers {
    private final int count;
    private final CyclicBarrier barrier;
    private final AtomicLong total = new AtomicLong();
    private final double[][][] parts;

    public MeetingWorkers(int count) {
        this.count = count;
        barrier = new CyclicBarrier(count);
        parts = new double[count][][];
    }

    private void meet() {
        try {
            barrier.await();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    public Workers worker(int number) {
        return new Workers() {
            @Override
            public long total(long own) {
                total.addAndGet(own);
                meet();
                long sum = total.get();
                meet();
                total.addAndGet(-own);
                meet();
                return sum;
            }

            @Override
            public void sum(List<Tensor> tensors) {
                parts[number] = tensors.stream().map(Tensor::toDoubles).toArray(double[][]::new);
                meet();
                for (int t = 0; t < tensors.size(); t++) {
                    double[] sum = new double[parts[number][t].length];
                    for (int worker = 0; worker < count; worker++) {
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

    /** Of every batch the examples whose place leaves this worker's number as remainder. */
    public static <B extends Batch> Dataset<B> part(Dataset<B> all, int number, int count) {
        return new Dataset<>() {
            @Override
            public int size() {
                return all.size();
            }

            @Override
            public B batch(int[] examples, int first) {
                int[] own = IntStream.range(0, examples.length)
                        .filter(i -> i % count == number)
                        .toArray();
                B batch = all.batch(Arrays.stream(own).map(i -> examples[i]).toArray(), first);
                batch.examples()
                        .write(Arrays.stream(own)
                                .asLongStream()
                                .map(i -> first + i)
                                .toArray());
                return batch;
            }
        };
    }
}
