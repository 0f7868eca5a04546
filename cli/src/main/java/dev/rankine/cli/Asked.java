package dev.rankine.cli;

import dev.rankine.transformer.data.Documents;
import dev.rankine.transformer.train.Predictions;
import java.nio.file.Path;
import java.util.List;

/**
 * What a model is to answer: the cells of a line with tabs between them, or of a row of a file with named columns.
 *
 * @param cells the texts
 * @param written the same as they stand in a line: a row's cells may hold tabs and line ends, which are escaped
 */
record Asked(List<String> cells, List<String> written) {
    static Asked ofLine(String line) {
        List<String> cells = List.of(line.split("\t", -1));
        return new Asked(cells, cells);
    }

    /** All rows of a {@code .tsv}, {@code .csv} or {@code .jsonl} file. */
    static List<Asked> ofColumns(Path file, List<String> columns) {
        return Documents.ofColumns(file, columns).stream()
                .map(cells -> new Asked(
                        cells, cells.stream().map(Predictions::escaped).toList()))
                .toList();
    }

    /** All of it as one text. */
    String text() {
        return String.join("\t", cells);
    }

    /** The first {@code count} texts as a line. */
    String line(int count) {
        return String.join("\t", written.subList(0, count));
    }

    /** All of it as a line. */
    String line() {
        return line(written.size());
    }
}
