package dev.rankine.transformer.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Texts, or pairs of texts, with a class or a score each, as a file has them.
 *
 * <pre>{@code
 * TextExamples train = TextExamples.read(Path.of("RTE/train.tsv"), Glue.RTE.columns(), Integer.MAX_VALUE);
 * int[] classes = train.classes(Glue.RTE.labels());
 * }</pre>
 */
public final class TextExamples {
    private final Table table;
    private final TextColumns columns;

    private TextExamples(Table table, TextColumns columns) {
        this.table = table;
        this.columns = columns;
    }

    /**
     * A text or a pair of them.
     *
     * @param pair the second, null where texts stand alone
     */
    public record Text(String text, @Nullable String pair) {}

    /**
     * The first rows of a {@code .tsv}, {@code .csv} or {@code .jsonl} file.
     *
     * @throws DataException naming file, line and column, if a column is not there, a cell is empty or a row malformed
     */
    public static TextExamples read(Path file, TextColumns columns, int limit) {
        List<String> wanted = new ArrayList<>(List.of(columns.text()));
        if (columns.pair() != null) {
            wanted.add(columns.pair());
        }
        if (columns.label() != null) {
            wanted.add(columns.label());
        }
        Table table = Table.read(file, wanted, columns.header(), limit);
        for (Table.Row row : table.rows()) {
            for (int i = 0; i < wanted.size(); i++) {
                if (row.cells().get(i).isBlank()) {
                    throw table.error(row, wanted.get(i), "the cell is empty");
                }
            }
        }
        return new TextExamples(table, columns);
    }

    public int size() {
        return table.rows().size();
    }

    public Path file() {
        return table.file();
    }

    /** In the file's order. */
    public List<Text> texts() {
        return table.rows().stream()
                .map(row -> new Text(
                        row.cells().getFirst(),
                        columns.pair() == null ? null : row.cells().get(1)))
                .toList();
    }

    /** The labels as they are written. */
    public List<String> labels() {
        labelColumn();
        return table.rows().stream().map(row -> row.cells().getLast()).toList();
    }

    /** Every label that occurs, once: whole numbers by their value, others by their spelling. */
    public List<String> distinctLabels() {
        List<String> distinct = labels().stream().distinct().collect(Collectors.toCollection(ArrayList::new));
        boolean numbers = distinct.stream().allMatch(label -> label.matches("-?[0-9]{1,9}"));
        distinct.sort(numbers ? Comparator.comparing(Integer::valueOf) : Comparator.naturalOrder());
        return distinct;
    }

    /**
     * The place of every example's label in a list.
     *
     * @throws DataException if one is not in it
     */
    public int[] classes(List<String> all) {
        String column = labelColumn();
        return table.rows().stream()
                .mapToInt(row -> {
                    int place = all.indexOf(row.cells().getLast());
                    if (place < 0) {
                        throw table.error(
                                row,
                                column,
                                "label '" + row.cells().getLast() + "' is none of " + String.join(", ", all));
                    }
                    return place;
                })
                .toArray();
    }

    /**
     * Every example's score.
     *
     * @throws DataException if one is no finite number
     */
    public double[] scores() {
        String column = labelColumn();
        return table.rows().stream()
                .mapToDouble(row -> {
                    try {
                        double score = Double.parseDouble(row.cells().getLast());
                        if (Double.isFinite(score)) {
                            return score;
                        }
                    } catch (NumberFormatException notANumber) {
                        throw table.error(row, column, "'" + row.cells().getLast() + "' is no number");
                    }
                    throw table.error(
                            row,
                            column,
                            "a score must be finite, got " + row.cells().getLast());
                })
                .toArray();
    }

    private String labelColumn() {
        return Objects.requireNonNull(columns.label(), "these examples were read without labels");
    }
}
