package dev.rankine.cli;

import dev.rankine.cli.bench.ProcessAge;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.TrainingListener;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how training goes on: a bar with rate and time left on a terminal, a plain line every few seconds otherwise;
 * evaluations get a line of their own.
 */
final class Progress implements TrainingListener, AutoCloseable {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final int WIDTH = 100;
    private static final int REFRESH_MILLIS = 200;
    /** What every entry has; the rest of an evaluation's entry are its metrics. */
    private static final Set<String> BOOKKEEPING = Set.of(MetricsEntry.EPOCH, MetricsEntry.SECONDS);

    private final Console console;
    private final String task;
    private @Nullable ProgressBar bar;
    private long startStep;
    private long startNanos;
    private long lastLineNanos;
    private String loss = "";

    Progress(Console console, String task) {
        this.console = console;
        this.task = task;
    }

    @Override
    public void onStart(long made, long steps) {
        startStep = made;
        startNanos = System.nanoTime();
        lastLineNanos = startNanos;
    }

    @Override
    public void onStep(long made, long steps, double rate) {
        if (made == startStep + 1) {
            console.say(String.format(
                    Locale.ROOT, "%s: first step made %.2f s after the start", task, ProcessAge.seconds()));
        }
        if (console.terminal()) {
            bar(steps).stepTo(made);
            if (made == steps) {
                close();
            }
            return;
        }
        long now = System.nanoTime();
        if (now - lastLineNanos >= BETWEEN_LINES.toNanos() || made == steps) {
            lastLineNanos = now;
            console.say(line(made, steps, now));
        }
    }

    @Override
    public void onLog(MetricsEntry entry) {
        entry.number(MetricsEntry.LOSS).ifPresent(mean -> loss = String.format(Locale.ROOT, "loss %.4f", mean));
        if (bar != null) {
            bar.setExtraMessage(loss);
        }
    }

    @Override
    public void onEvaluation(MetricsEntry entry) {
        close();
        String metrics = entry.numbers().entrySet().stream()
                .filter(number -> !BOOKKEEPING.contains(number.getKey()))
                .map(number ->
                        String.format(Locale.ROOT, "%s %.4f", number.getKey().replace('_', ' '), number.getValue()))
                .collect(Collectors.joining(", "));
        console.say(String.format(Locale.ROOT, "%s: after %,d steps %s", task, entry.step(), metrics));
    }

    /** Made at the first step and again after an evaluation's line, so that it stays at the bottom. */
    private ProgressBar bar(long steps) {
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(steps)
                    .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                    .setUpdateIntervalMillis(REFRESH_MILLIS)
                    .showSpeed()
                    .setConsumer(new ConsoleProgressBarConsumer(console.err(), WIDTH))
                    .build();
            bar.setExtraMessage(loss);
        }
        return bar;
    }

    private String line(long made, long steps, long now) {
        double seconds = (now - startNanos) / 1e9;
        double speed = (made - startStep) / seconds;
        Duration left = Duration.ofSeconds(Math.round((steps - made) / speed));
        return String.format(
                Locale.ROOT,
                "%s: step %,d of %,d%s, %.1f steps/s, %d:%02d left",
                task,
                made,
                steps,
                loss.isEmpty() ? "" : ", " + loss,
                speed,
                left.toMinutes(),
                left.toSecondsPart());
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
