package dev.rankine.lora.task;

import org.jspecify.annotations.Nullable;

/** How many symbols of a text are read at once. */
final class ReadLength {
    private ReadLength() {}

    /**
     * What is asked for, or all places of the model.
     *
     * @param wanted null where nothing is asked for
     * @param least symbols, without which a text has nothing to learn from
     * @throws IllegalArgumentException if it is fewer than that, or more than the model has places
     */
    static int of(@Nullable Integer wanted, int least, int places) {
        if (wanted != null && (wanted < least || wanted > places)) {
            throw new IllegalArgumentException("texts of " + wanted + " symbols are asked for; they need at least "
                    + least + ", and the model has " + places + " places");
        }
        return wanted == null ? places : wanted;
    }
}
