package dev.rankine.cli;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What computes, and with how many threads. */
final class BackendOptions {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "What computes; 'rankine devices' lists them (default: the fastest that is ready).")
    private @Nullable String name;

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads (default: one per processor).")
    private int threads = Runtime.getRuntime().availableProcessors();

    int threads() {
        return threads;
    }

    /** Makes the back-end and says in one line which it is and why others are off. */
    Backend open(Console console) {
        Backends.Choice choice = UsageException.whileChecking(() -> Backends.choose(name, threads));
        console.say(choice.line());
        choice.backend().onCompilation(new CompilationProgress(console)::show);
        return choice.backend();
    }
}
