package dev.rankine.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * While it is open, the first Ctrl-C or SIGTERM is a request to stop that the work looks at, and the same signal again ends
 * the process at once. Both kinds count apart: a terminal sends Ctrl-C to a comparison and to its run, and the comparison
 * then sends SIGTERM to the run.
 */
final class StopSignals implements AutoCloseable {
    /** A process that a signal ended has this exit code and the signal's number. */
    static final int EXIT_CODE = 128;

    private static final List<Signal> SIGNALS = List.of(new Signal("INT", 2), new Signal("TERM", 15));

    private final Console console;
    /** The number of the first signal; 0 before there is one. */
    private final AtomicInteger received = new AtomicInteger();

    private final Map<Signal, Object> before = new HashMap<>();

    private StopSignals(Console console) {
        this.console = console;
    }

    static StopSignals listen(Console console) {
        StopSignals stop = new StopSignals(console);
        SIGNALS.forEach(signal -> stop.before.put(signal, signal.handle(() -> stop.first(signal))));
        return stop;
    }

    private void first(Signal signal) {
        signal.handle(() -> Runtime.getRuntime().halt(EXIT_CODE + signal.number()));
        if (received.compareAndSet(0, signal.number())) {
            console.say("stopping: the step is finished and the state saved; the same signal again ends at once");
        }
    }

    /** Whether there was a signal. */
    boolean received() {
        return received.get() != 0;
    }

    /** What a command that stopped for the signal ends with: 130 for Ctrl-C, 143 for SIGTERM. */
    int exitCode() {
        return EXIT_CODE + received.get();
    }

    /** Signals mean again what they meant before. */
    @Override
    public void close() {
        before.forEach(Signal::restore);
    }
}
