package dev.rankine.cli;

import dev.rankine.tensor.Compilation;
import java.time.Duration;
import java.util.Locale;

/** Says how far a device has come with compiling its kernels, which makes its first step a long one. */
final class CompilationProgress {
    private static final long BETWEEN_LINES = Duration.ofSeconds(2).toNanos();

    private final Console console;
    private long lastLine = System.nanoTime() - BETWEEN_LINES;

    CompilationProgress(Console console) {
        this.console = console;
    }

    /** A line, unless there was one a moment ago. */
    void show(Compilation compiled) {
        long now = System.nanoTime();
        if (now - lastLine >= BETWEEN_LINES) {
            lastLine = now;
            console.say(line(compiled));
        }
    }

    static String line(Compilation compiled) {
        return String.format(
                Locale.ROOT,
                "compiled %d kernel%s for the device in %.1f s",
                compiled.kernels(),
                compiled.kernels() == 1 ? "" : "s",
                compiled.seconds());
    }
}
