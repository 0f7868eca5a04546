package dev.rankine.transformer.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/**
 * What it costs to search a long text for a tokenizer's regular expressions. The native library goes back without a bound that
 * could be set: {@code a+b} takes the square of the length of a run of {@code a}, two repetitions its cube, and ever longer texts end
 * the process. Java's expressions go back in the same way and can be counted, so they search a long text first.
 */
final class SearchCost {
    /** Shorter texts are searched by the worst pattern that {@link SafePattern} lets through in a tenth of a second. */
    private static final int SHORT = 500;
    /** Published patterns look at a character some twenty times. */
    private static final long LOOKS = 500;

    private static final int SHOWN = 20;

    private final List<Pattern> patterns = new ArrayList<>();

    /**
     * @param parts of a definition
     * @throws IllegalArgumentException if an expression is none that Java knows
     */
    SearchCost(JsonNode... parts) {
        for (JsonNode part : parts) {
            for (JsonNode expression : part.findValues("Regex")) {
                patterns.add(compiled(expression.asString()));
            }
        }
    }

    /** Scripts and categories alike have names that begin with Is. */
    private static Pattern compiled(String expression) {
        try {
            return Pattern.compile(
                    expression.replaceAll("\\\\([pP])\\{(?!Is)", "\\\\$1{Is"), Pattern.UNICODE_CHARACTER_CLASS);
        } catch (PatternSyntaxException unknown) {
            throw new IllegalArgumentException(
                    "the pattern '" + expression + "' is not understood: " + unknown.getDescription(), unknown);
        }
    }

    /** @throws IllegalArgumentException if a text is long and hard to search */
    void require(String text) {
        if (text.length() <= SHORT) {
            return;
        }
        for (Pattern pattern : patterns) {
            Matcher matcher = pattern.matcher(new WatchedText(
                    text,
                    LOOKS * text.length(),
                    () -> new IllegalArgumentException("the tokenizer's pattern '" + pattern
                            + "' would go back too often in a text of " + text.length()
                            + " characters that begins with '"
                            + text.substring(0, SHOWN) + "': break it into lines or words")));
            while (matcher.find()) {
                // counts
            }
        }
    }
}
