package dev.rankine.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.data.Batch;
import dev.rankine.transformer.data.Dataset;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.Objective;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingListener;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Repeats the training step of a model on one batch: first until the JIT and the pools are warm, then timed and as it is,
 * then on a second copy of the model whose back-end is watched by a {@link StepProfile}.
 */
public final class StepBench {
    private static final double RATE = 1e-4;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final long NANOS = 1_000_000_000;

    private StepBench() {}

    /** A step to repeat. */
    public record Workload<B extends Batch>(B batch, Objective<B> objective, AdaptedModel adapted) {}

    /**
     * How long to repeat.
     *
     * @param warmUp seconds before the measurement
     * @param measured seconds of the measurement
     * @param least steps of each, however long they take
     */
    public record Patience(double warmUp, double measured, int least) {
        public Patience {
            if (!(warmUp >= 0 && measured > 0 && Double.isFinite(warmUp + measured)) || least < 1) {
                throw new IllegalArgumentException("a measurement needs positive seconds and at least 1 step, got "
                        + warmUp + " and " + measured + " s, " + least + " steps");
            }
        }
    }

    /**
     * What was measured.
     *
     * @param seconds of every timed step
     * @param warmUpSteps made before
     * @param processorSeconds of a timed step on average, over all threads of the process
     * @param heapBytes allocated on the Java heap by the middle one of the timed steps, by all threads
     * @param secondsToReady from the start of the process to the beginning of its first step
     * @param secondsToFirstStep from the start of the process to the end of its first step
     */
    public record Timing(
            List<Double> seconds,
            int warmUpSteps,
            double processorSeconds,
            long heapBytes,
            double secondsToReady,
            double secondsToFirstStep) {
        public double median() {
            double[] sorted = sorted();
            return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        }

        public double fastest() {
            return sorted()[0];
        }

        private double[] sorted() {
            return seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        }
    }

    /** Times the steps of a workload. */
    public static <B extends Batch> Timing time(
            Backend backend, Workload<B> work, boolean recompute, Patience patience) {
        Stopwatch watch = new Stopwatch(patience, () -> {});
        repeat(backend, work.batch(), work.objective(), work.adapted().controller(), recompute, watch);
        return watch.timing();
    }

    /**
     * Profiles the steps of a workload that is made for the watched back-end: by the clock, or, with a single thread, by the
     * processor time of that thread, which other programs disturb less.
     */
    public static <B extends Batch> StepProfile profile(
            Backend backend, Function<Backend, Workload<B>> make, boolean recompute, Patience patience) {
        StepProfile profile =
                new StepProfile(backend.threads() == 1 ? THREADS::getCurrentThreadCpuTime : System::nanoTime);
        Backend watched = profile.watch(backend);
        Workload<B> work = make.apply(watched);
        Stopwatch watch = new Stopwatch(patience, profile::clear) {
            @Override
            public void onStep(long made, long steps, double rate) {
                profile.endStep();
                super.onStep(made, steps, rate);
            }
        };
        Controller controller = profile.watch(work.adapted().controller());
        repeat(watched, work.batch(), profile.watch(work.objective()), controller, recompute, watch);
        return profile;
    }

    private static <B extends Batch> void repeat(
            Backend backend,
            B batch,
            Objective<B> objective,
            Controller controller,
            boolean recompute,
            Stopwatch watch) {
        int examples = batch.examples().shape().dim(0);
        TrainerSettings settings = TrainerSettings.of(Integer.MAX_VALUE, examples, RATE)
                .withSteps(1 << 12, 0, 0)
                .withRecomputation(recompute);
        try {
            new Trainer<>(backend, settings, new OneBatch<>(batch, examples), objective, controller)
                    .listen(watch)
                    .train();
        } catch (Stopwatch.TimeIsUp _) {
            // a trainer has a fixed number of steps, a measurement a fixed time
        }
    }

    /** The same batch for ever. */
    private record OneBatch<B extends Batch>(B batch, int size) implements Dataset<B> {
        @Override
        public B batch(int[] examples, int first) {
            return batch;
        }
    }

    /** Takes the time of steps and ends the run. */
    private static class Stopwatch implements TrainingListener {
        private final Patience patience;
        private final Runnable warm;
        private final List<Double> seconds = new ArrayList<>();
        private final List<Long> heap = new ArrayList<>();
        private int warmUpSteps;
        private boolean measures;
        private long began = System.nanoTime();
        private long stepBegan;
        private long heapBefore;
        private long processorBefore;
        private final double secondsToReady = ProcessAge.seconds();
        private double secondsToFirstStep;

        /** @param warm runs when the measurement begins */
        Stopwatch(Patience patience, Runnable warm) {
            this.patience = patience;
            this.warm = warm;
        }

        @Override
        public void onStep(long made, long steps, double rate) {
            long now = System.nanoTime();
            long allocated = THREADS.getTotalThreadAllocatedBytes();
            if (made == 1) {
                secondsToFirstStep = ProcessAge.seconds();
            }
            if (measures) {
                seconds.add((now - stepBegan) / (double) NANOS);
                heap.add(allocated - heapBefore);
                if (seconds.size() >= patience.least() && now - began >= patience.measured() * NANOS) {
                    throw new TimeIsUp();
                }
            } else if (++warmUpSteps >= patience.least() && now - began >= patience.warmUp() * NANOS) {
                measures = true;
                warm.run();
                began = System.nanoTime();
                processorBefore = SYSTEM.getProcessCpuTime();
            }
            heapBefore = THREADS.getTotalThreadAllocatedBytes();
            stepBegan = System.nanoTime();
        }

        Timing timing() {
            List<Long> sorted = heap.stream().sorted().toList();
            return new Timing(
                    List.copyOf(seconds),
                    warmUpSteps,
                    (SYSTEM.getProcessCpuTime() - processorBefore) / (double) NANOS / seconds.size(),
                    sorted.get(sorted.size() / 2),
                    secondsToReady,
                    secondsToFirstStep);
        }

        /** Ends a run. */
        static final class TimeIsUp extends RuntimeException {
            private static final long serialVersionUID = 1;

            TimeIsUp() {
                super("the measurement is complete", null, false, false);
            }
        }
    }
}
