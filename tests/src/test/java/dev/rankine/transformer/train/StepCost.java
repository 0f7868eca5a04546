package dev.rankine.transformer.train;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What a method's step costs beside plain LoRA's, on a real model with 64 pairs of 16 + 16 symbols. All methods train in one
 * JVM and take turns step by step, in an order that rotates, on one thread whose processor time is counted, so that it hardly
 * matters what else the machine does.
 *
 * <p>{@link #main} takes the model's folder, the number of steps, and methods as {@code name[:key=value]...}; the first is
 * what the others are compared with. Prints for each quarter of the run the median milliseconds per step and the median of
 * the ratios of steps made next to each other; then the sums.
 */
final class StepCost {
    private static final int PAIRS = 64;
    private static final int SYMBOLS = 16;
    private static final int PARTS = 4;
    private static final ThreadMXBean ALONE = ManagementFactory.getThreadMXBean();

    private final String name;
    private final AdaptedModel adapted;
    private final TrainingStep<SequenceBatch> step;
    private final SequenceBatch batch;
    private final double[] millis;

    private StepCost(String call, Path model, Backend backend, int steps) {
        Seq2Seq task = Seq2Seq.load(backend, model);
        name = call;
        adapted = method(call).attach(task.model(), new Method.Run(0, 0));
        TrainerSettings settings = TrainerSettings.of(1, PAIRS, 2e-3).withSteps(steps, 0, 0);
        step = new TrainingStep<>(
                backend,
                settings,
                new Seq2SeqObjective(task.model()),
                adapted.controller(),
                new Updates(adapted.controller().parameterGroups()),
                Workers.ALONE,
                steps);
        batch = new SequenceBatcher(backend, 0, 1).batch(pairs(), 0);
        millis = new double[steps];
    }

    private static Method method(String call) {
        String[] parts = call.split(":");
        Method method = Methods.named(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String[] setting = parts[i].split("=");
            method = method.with(Map.of(setting[0], setting[1]));
        }
        return method;
    }

    /** Symbols from 4 on, 1 before and 2 behind them. */
    private static List<SequencePair> pairs() {
        List<SequencePair> pairs = new ArrayList<>();
        for (long n = 0; n < PAIRS; n++) {
            long first = n;
            long[] source = LongStream.range(0, SYMBOLS)
                    .map(i -> i == 0 ? 1 : i == SYMBOLS - 1 ? 2 : 4 + (7 * first + 3 * i) % 26)
                    .toArray();
            pairs.add(new SequencePair(source, source.clone()));
        }
        return pairs;
    }

    private void make(int number) {
        long begin = ALONE.getCurrentThreadCpuTime();
        step.make(number, List.of(batch), 2e-3);
        millis[number] = (ALONE.getCurrentThreadCpuTime() - begin) / 1e6;
    }

    private String line(StepCost base) {
        StringBuilder line = new StringBuilder(String.format("%-34s", name));
        for (int part = 0; part < PARTS; part++) {
            int from = millis.length * part / PARTS;
            int to = millis.length * (part + 1) / PARTS;
            double[] own = Arrays.copyOfRange(millis, from, to);
            double[] ratios = new double[own.length];
            Arrays.setAll(ratios, i -> own[i] / base.millis[from + i]);
            line.append(String.format("  %6.2f %.3f", median(own), median(ratios)));
        }
        double sum = Arrays.stream(millis).sum();
        double baseSum = Arrays.stream(base.millis).sum();
        line.append(String.format("   %8.0f ms %.3f", sum, sum / baseSum));
        Double judging = adapted.controller().report().get("window_seconds");
        return line + (judging == null ? "" : String.format(" (windows %.1f ms)", 1000 * judging));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    public static void main(String... arguments) {
        Backend backend = Backends.choose(null, 1).backend();
        int steps = Integer.parseInt(arguments[1]);
        List<StepCost> all = Arrays.stream(arguments)
                .skip(2)
                .map(call -> new StepCost(call, Path.of(arguments[0]), backend, steps))
                .toList();
        for (int number = 0; number < steps; number++) {
            for (int turn = 0; turn < all.size(); turn++) {
                all.get((number + turn) % all.size()).make(number);
            }
        }
        all.forEach(one -> System.out.println(one.line(all.getFirst())));
    }
}
