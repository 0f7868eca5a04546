package dev.rankine.transformer.checkpoint;

import java.util.List;

/** The first of many names, so that a message stays readable. */
final class Some {
    private static final int NAMED = 8;

    private Some() {}

    static String of(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
        return names.size() > NAMED ? first + " and " + (names.size() - NAMED) + " more" : first;
    }
}
