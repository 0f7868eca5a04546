package dev.rankine.lora.peft;

import dev.rankine.transformer.text.WatchedText;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Regular expressions for module paths, from a configuration that a stranger may have written: an expression whose
 * repetitions lie inside each other, such as {@code (.*)*x}, would try for years to match a path that it does not.
 */
final class PathPattern {
    private static final Path CONFIG = Path.of("adapter_config.json");
    private static final int LONGEST = 1000;
    private static final int LOOKS = 1_000_000;

    private PathPattern() {}

    /**
     * The expression itself, if it is one.
     *
     * @throws PeftException if it is none, or longer than {@value #LONGEST} characters
     */
    static String checked(Path file, String expression) {
        if (expression.length() > LONGEST) {
            throw new PeftException(
                    file,
                    "a regular expression of " + expression.length() + " characters, more than " + LONGEST
                            + ", begins with '" + expression.substring(0, 40) + "'");
        }
        try {
            return Pattern.compile(expression).pattern();
        } catch (PatternSyntaxException wrong) {
            throw new PeftException(
                    file, "'" + expression + "' is no regular expression: " + wrong.getDescription(), wrong);
        }
    }

    /**
     * Whether an expression stands for a whole path.
     *
     * @throws PeftException if that is not known after {@value #LOOKS} looks at the path's characters
     */
    static boolean matches(String expression, String path) {
        return Pattern.compile(expression).matcher(watched(expression, path)).matches();
    }

    /**
     * The group {@code number} of an expression that stands for a whole path; null if it does not.
     *
     * @throws PeftException likewise
     */
    static @Nullable String number(String expression, String path) {
        Matcher matcher = Pattern.compile(expression).matcher(watched(expression, path));
        return matcher.matches() ? path.substring(matcher.start("number"), matcher.end("number")) : null;
    }

    private static WatchedText watched(String expression, String path) {
        return new WatchedText(
                path,
                LOOKS,
                () -> new PeftException(
                        CONFIG,
                        "the regular expression '" + expression + "' takes too long on a module's path:"
                                + " write it without repetitions inside repetitions"));
    }
}
