package dev.rankine.transformer.decode;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When rows end.
 *
 * @param ends the symbols of which each ends a row; none where rows only end by their length
 * @param padding fills a row behind its end
 * @param maxSteps how many symbols a row may have, the end included
 * @param first what every row begins with, whatever its score; null where the model begins as it likes
 * @param last what stands at the last step of a row that did not end before; null where the model chooses there too
 */
public record Ending(
        Set<Long> ends,
        long padding,
        int maxSteps,
        @Nullable Long first,
        @Nullable Long last) {
    public Ending {
        ends = Set.copyOf(ends);
        if (maxSteps < 1) {
            throw new IllegalArgumentException("a decoding needs at least 1 step, got " + maxSteps);
        }
    }

    /** Nothing but the model says which symbols are written. */
    public Ending(Set<Long> ends, long padding, int maxSteps) {
        this(ends, padding, maxSteps, null, null);
    }

    /** The symbol that stands at a step, counted from 0, whatever its score; null where there is none. */
    @Nullable
    Long forced(int step) {
        return step + 1 == maxSteps && last != null ? last : step == 0 ? first : null;
    }

    boolean isEnd(long symbol) {
        return ends.contains(symbol);
    }
}
