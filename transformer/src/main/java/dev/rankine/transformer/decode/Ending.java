package dev.rankine.transformer.decode;

import java.util.Set;

/**
 * When rows end.
 *
 * @param ends the symbols of which each ends a row; none where rows only end by their length
 * @param padding fills a row behind its end
 * @param maxSteps how many symbols a row may have, the end included
 */
public record Ending(Set<Long> ends, long padding, int maxSteps) {
    public Ending {
        ends = Set.copyOf(ends);
        if (maxSteps < 1) {
            throw new IllegalArgumentException("a decoding needs at least 1 step, got " + maxSteps);
        }
    }

    boolean isEnd(long symbol) {
        return ends.contains(symbol);
    }
}
