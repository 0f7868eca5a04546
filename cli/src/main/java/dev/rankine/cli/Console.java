package dev.rankine.cli;

import java.io.InputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes. Results go to {@code out}; what happens meanwhile goes to {@code err}, so that a
 * pipe gets results only.
 *
 * @param terminal whether {@code err} is a screen that a progress bar may redraw
 */
public record Console(InputStream in, PrintStream out, PrintStream err, boolean terminal) {
    /** This process's own streams. */
    public static Console ofProcess() {
        var console = System.console();
        return new Console(System.in, System.out, System.err, console != null && console.isTerminal());
    }

    /** A line about what is going on. */
    public void say(String line) {
        err.println(line);
    }

    /** A line about something that is probably not meant so. */
    public void warn(String line) {
        err.println("warning: " + line);
    }
}
