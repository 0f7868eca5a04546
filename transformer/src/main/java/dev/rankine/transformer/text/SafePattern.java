package dev.rankine.transformer.text;

import java.util.Set;

/**
 * A regular expression of a tokenizer, looked through before the native library gets it: its engine, Oniguruma, gives up on a
 * match that goes back too often by ending the whole process. What published tokenizers use is let through: no repeated groups, no
 * references, and at most two open repetitions in an alternative, so that going back costs the square of a text's longest run at every
 * place of it. What that comes to in a long text is for {@link SearchCost}.
 */
final class SafePattern {
    private static final int MOST_OPEN = 2;
    /** A repetition up to so often counts as bounded. */
    private static final int BOUNDED = 16;

    /** Letters that may stand behind a backslash. */
    private static final String ESCAPES = "pPsSdDwWhHnrtfvbBAzZxu";

    private static final String ANCHORS = "bBAzZ";
    private static final Set<String> GROUPS = Set.of("?:", "?i:", "?=", "?!", "?<=", "?<!");

    private final String pattern;
    private int at;
    private int open;

    private SafePattern(String pattern) {
        this.pattern = pattern;
    }

    /**
     * Looks through a pattern.
     *
     * @return whether every match of it has a character at least
     * @throws IllegalArgumentException if it could take more than the square of a text's length
     */
    static boolean check(String pattern) {
        SafePattern whole = new SafePattern(pattern);
        boolean consumes = whole.alternatives();
        if (whole.at < pattern.length()) {
            throw whole.refusal("its parentheses do not match");
        }
        return consumes;
    }

    private boolean alternatives() {
        int before = open;
        int most = before;
        boolean consumes = true;
        while (true) {
            open = before;
            consumes &= alternative();
            most = Math.max(most, open);
            if (next() != '|') {
                open = most;
                return consumes;
            }
            at++;
        }
    }

    private boolean alternative() {
        boolean consumes = false;
        while (at < pattern.length() && next() != '|' && next() != ')') {
            boolean group = next() == '(';
            boolean atom = atom();
            int start = at;
            boolean optional = repetition();
            if (group && at > start && pattern.charAt(start) != '?') {
                throw refusal("a group is repeated");
            }
            consumes |= atom && !optional;
        }
        return consumes;
    }

    /** @return whether it takes a character */
    private boolean atom() {
        char c = pattern.charAt(at++);
        return switch (c) {
            case '(' -> group();
            case '[' -> {
                set();
                yield true;
            }
            case '\\' -> escape();
            case '^', '$' -> false;
            case '*', '+', '?' -> throw refusal("a repetition is repeated, or there is nothing to repeat");
            default -> true;
        };
    }

    private boolean group() {
        boolean looks = false;
        if (next() == '?') {
            String kind = GROUPS.stream()
                    .filter(opening -> pattern.startsWith(opening, at))
                    .findFirst()
                    .orElseThrow(() -> refusal("a group is of a kind that is not known"));
            looks = !kind.endsWith(":");
            at += kind.length();
        }
        boolean consumes = alternatives();
        if (next() != ')') {
            throw refusal("its parentheses do not match");
        }
        at++;
        return consumes && !looks;
    }

    /** Behind the opening bracket; sets may hold sets. */
    private void set() {
        if (next() == '^') {
            at++;
        }
        if (next() == ']') {
            throw refusal("a set begins with a bracket that must be escaped");
        }
        while (at < pattern.length()) {
            char c = pattern.charAt(at++);
            if (c == ']') {
                return;
            }
            if (c == '[') {
                set();
            } else if (c == '\\') {
                escape();
            }
        }
        throw refusal("a set has no end");
    }

    private boolean escape() {
        if (at == pattern.length()) {
            throw refusal("it ends with a backslash");
        }
        char c = pattern.charAt(at++);
        if (Character.isLetterOrDigit(c) && ESCAPES.indexOf(c) < 0) {
            throw refusal("\\" + c + " is not known");
        }
        if ((c == 'p' || c == 'P' || c == 'x') && next() == '{') {
            at = pattern.indexOf('}', at) + 1;
            if (at == 0) {
                throw refusal("a brace has no end");
            }
        }
        return ANCHORS.indexOf(c) < 0;
    }

    /** @return whether what stands before may be left out */
    private boolean repetition() {
        return switch (next()) {
            case '*', '+', '?' -> {
                char c = pattern.charAt(at++);
                open += c == '?' ? 0 : 1;
                if (next() == '?' || next() == '+') {
                    at++;
                }
                requireNoMore();
                yield c != '+';
            }
            case '{' -> counted();
            default -> false;
        };
    }

    private boolean counted() {
        int end = pattern.indexOf('}', at);
        String[] bounds =
                end < 0 ? new String[0] : pattern.substring(at + 1, end).split(",", -1);
        if (bounds.length == 0 || bounds.length > 2 || !isCount(bounds[0]) || !isCount(bounds[bounds.length - 1])) {
            throw refusal("a brace that counts nothing must be escaped");
        }
        at = end + 1;
        String last = bounds[bounds.length - 1];
        open += last.isEmpty() || Integer.parseInt(last) > BOUNDED ? 1 : 0;
        if (next() == '?') {
            at++;
        }
        requireNoMore();
        return bounds[0].isEmpty() || Integer.parseInt(bounds[0]) == 0;
    }

    private static boolean isCount(String digits) {
        return digits.matches("[0-9]{0,3}");
    }

    private void requireNoMore() {
        if (open > MOST_OPEN) {
            throw refusal("an alternative has more than " + MOST_OPEN + " open repetitions");
        }
        if (next() == '*' || next() == '+' || next() == '?' || next() == '{') {
            throw refusal("a repetition is repeated");
        }
    }

    /** The character at hand; 0 behind the end. */
    private char next() {
        return at < pattern.length() ? pattern.charAt(at) : 0;
    }

    private IllegalArgumentException refusal(String why) {
        return new IllegalArgumentException(
                "the pattern '" + pattern + "' could search without end, since " + why + " (at character " + at + ")");
    }
}
