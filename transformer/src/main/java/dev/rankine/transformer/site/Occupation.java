package dev.rankine.transformer.site;

import org.jspecify.annotations.Nullable;

/** One adapter at a time. */
final class Occupation {
    private Occupation() {}

    static void requireFree(String path, @Nullable Object occupant) {
        if (occupant != null) {
            throw new IllegalStateException(
                    "site " + path + " already holds " + occupant + ": detach that adapter first");
        }
    }
}
