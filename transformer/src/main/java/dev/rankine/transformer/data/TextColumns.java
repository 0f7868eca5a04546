package dev.rankine.transformer.data;

import org.jspecify.annotations.Nullable;

/**
 * Which columns of a file hold a task: their names, or without a header their numbers from 1 on.
 *
 * @param text the text, or the first of two
 * @param pair the second text, null for single texts
 * @param label the class or score; null where there is none, as in files to predict for
 * @param header whether the first line names the columns
 */
public record TextColumns(
        String text, @Nullable String pair, @Nullable String label, boolean header) {
    /** The same without the label. */
    public TextColumns unlabelled() {
        return new TextColumns(text, pair, null, header);
    }
}
