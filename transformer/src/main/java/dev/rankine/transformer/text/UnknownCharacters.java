package dev.rankine.transformer.text;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts the characters that a vocabulary did not know, so that they can be reported in one line. */
public final class UnknownCharacters {
    private static final int NAMED = 10;

    private final Map<Integer, Long> counts = new TreeMap<>();

    void count(int codePoint) {
        counts.merge(codePoint, 1L, Long::sum);
    }

    /** How often each code point was met. */
    public Map<Integer, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Such as {@code 12 characters: 'é' (U+00E9) x 11, '€' (U+20AC) x 1}; the most frequent first, at most ten named. */
    public String describe() {
        String named = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(NAMED)
                .map(entry -> name(entry.getKey()) + " x " + entry.getValue())
                .collect(Collectors.joining(", "));
        String more = counts.size() > NAMED ? " and " + (counts.size() - NAMED) + " other kinds" : "";
        return total() + (total() == 1 ? " character" : " characters") + (named.isEmpty() ? "" : ": ") + named + more;
    }

    private static String name(int codePoint) {
        String code = "U+%04X".formatted(codePoint);
        return Character.isISOControl(codePoint) ? code : "'" + Character.toString(codePoint) + "' (" + code + ")";
    }
}
