package dev.rankine.transformer.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads texts to model the language of, in UTF-8. */
public final class Documents {
    private static final Set<String> TABLES = Set.of("tsv", "csv", "jsonl");

    private Documents() {}

    /** Whether the end of a file's name says that it has columns. */
    public static boolean isTable(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return TABLES.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    /**
     * The first documents of a file: as it is, or the parts between separators without the white space around them.
     *
     * @param separator null for a file that is one document
     * @throws DataException if there is no such file, it is not UTF-8 or empty, or the separator does not occur
     */
    public static List<String> ofText(Path file, @Nullable String separator, int limit) {
        String text = Lines.of(file, "a text").rest();
        if (separator == null) {
            if (text.isBlank()) {
                throw DataException.in(file, "there is nothing but white space");
            }
            return List.of(text);
        }
        if (!text.contains(separator)) {
            throw DataException.in(file, "the separator '" + separator + "' does not occur");
        }
        List<String> documents = Arrays.stream(text.split(Pattern.quote(separator)))
                .map(String::strip)
                .filter(document -> !document.isEmpty())
                .limit(limit)
                .toList();
        if (documents.isEmpty()) {
            throw DataException.in(file, "there is nothing but separators '" + separator + "'");
        }
        return documents;
    }

    /**
     * The texts in a column of a {@code .tsv}, {@code .csv} or {@code .jsonl} file.
     *
     * @throws DataException naming file, line and column, if the column is not there, a text is empty or a row malformed
     */
    public static List<String> ofColumn(Path file, String column, boolean header, int limit) {
        Table table = Table.read(file, List.of(column), header, limit);
        List<String> documents = new ArrayList<>();
        for (Table.Row row : table.rows()) {
            if (row.cells().getFirst().isBlank()) {
                throw table.error(row, column, "the cell is empty");
            }
            documents.add(row.cells().getFirst());
        }
        return documents;
    }

    /**
     * Some columns of a {@code .tsv}, {@code .csv} or {@code .jsonl} file that names them, row by row.
     *
     * @throws DataException naming file, line and column, if a column is not there or a row malformed
     */
    public static List<List<String>> ofColumns(Path file, List<String> columns) {
        return Table.read(file, columns, true, Integer.MAX_VALUE).rows().stream()
                .map(Table.Row::cells)
                .toList();
    }
}
