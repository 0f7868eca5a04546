package dev.rankine.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** What a call of the command gave back. */
record Called(int exitCode, String out, String err) {
    static Called rankine(Object... arguments) {
        return withInput("", arguments);
    }

    /** Arguments may be strings, numbers and paths. */
    static Called withInput(String input, Object... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var console = new Console(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        int code = Main.run(console, Arrays.stream(arguments).map(Called::text).toArray(String[]::new));
        return new Called(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static String text(Object argument) {
        return argument instanceof Path path ? path.toAbsolutePath().toString() : String.valueOf(argument);
    }
}
