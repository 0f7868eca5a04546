package dev.rankine.transformer.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads files with one pair in a line: source, tab, target, in UTF-8. Lines end with LF or CRLF; a byte order mark at
 * the start is skipped. Anything else that is not a pair is an error that names the line.
 */
public final class TsvPairs {
    private TsvPairs() {}

    /**
     * Every pair of a file.
     *
     * @throws DataException if the file is missing, empty or has a line that is no pair
     */
    public static List<TextPair> read(Path file) {
        return read(file, Integer.MAX_VALUE);
    }

    /**
     * The first pairs of a file; lines behind them are not looked at.
     *
     * @param limit how many pairs at most, at least 1
     * @throws DataException if the file is missing, empty or has a line that is no pair
     */
    public static List<TextPair> read(Path file, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit of pairs must be at least 1, got " + limit);
        }
        Lines lines = Lines.of(file, "lines of source, tab, target");
        List<TextPair> pairs = new ArrayList<>();
        while (pairs.size() < limit && lines.hasNext()) {
            String line = lines.next();
            pairs.add(pair(file, line, lines.number()));
        }
        return pairs;
    }

    private static TextPair pair(Path file, String line, long number) {
        int tab = line.indexOf('\t');
        if (tab < 0) {
            String problem = line.isEmpty() ? "empty" : "no tab";
            throw DataException.in(file, number, problem + "; expected source, tab, target");
        }
        if (line.indexOf('\t', tab + 1) >= 0) {
            long columns = line.chars().filter(c -> c == '\t').count() + 1;
            throw DataException.in(file, number, columns + " columns; expected two: source, tab, target");
        }
        if (tab == 0 || tab == line.length() - 1) {
            throw DataException.in(file, number, (tab == 0 ? "the source" : "the target") + " is empty");
        }
        return new TextPair(line.substring(0, tab), line.substring(tab + 1));
    }
}
