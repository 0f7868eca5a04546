package dev.rankine.transformer.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Some columns of a file in UTF-8. The end of its name tells its form: {@code .csv} with quotes as in RFC 4180, {@code
 * .jsonl} with an object in every line, and anything else with tabs between the cells, where quotes are ordinary characters.
 *
 * @param file where it came from
 * @param columns what was asked for
 * @param rows at least one
 */
record Table(Path file, List<String> columns, List<Row> rows) {
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * @param line where the row begins, from 1 on
     * @param cells in the order in which the columns were asked for
     */
    record Row(long line, List<String> cells) {}

    /**
     * The first rows of a file; rows behind them are not looked at.
     *
     * @param columns the names that are wanted; without a header their numbers, from 1 on
     * @param header whether the first line names the columns; every line of {@code .jsonl} does so itself
     * @param limit how many rows at most
     * @throws DataException if the file is missing or has no row, a column is not there, or a row is malformed
     */
    static Table read(Path file, List<String> columns, boolean header, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit of rows must be at least 1, got " + limit);
        }
        Lines lines = Lines.of(file, "a row in every line");
        List<Row> rows = form(file).equals("jsonl")
                ? objects(file, lines, columns, limit)
                : select(file, cells(file, lines), columns, header, limit);
        if (rows.isEmpty()) {
            throw DataException.in(file, "there is no row behind the header");
        }
        return new Table(file, List.copyOf(columns), rows);
    }

    private static String form(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    // ---- cells behind each other ----

    private static Iterator<Row> cells(Path file, Lines lines) {
        return form(file).equals("csv") ? quoted(file, lines) : tabbed(lines);
    }

    private static Iterator<Row> tabbed(Lines lines) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return lines.hasNext();
            }

            @Override
            public Row next() {
                String line = lines.next();
                return new Row(lines.number(), List.of(line.split("\t", -1)));
            }
        };
    }

    private static Iterator<Row> quoted(Path file, Lines lines) {
        try {
            CSVParser parser = CSVParser.parse(lines.rest(), CSVFormat.RFC4180);
            Iterator<CSVRecord> records = parser.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return wellFormed(records::hasNext);
                }

                @Override
                public Row next() {
                    long line = parser.getCurrentLineNumber() + 1;
                    CSVRecord record = wellFormed(records::next);
                    return new Row(Math.min(line, parser.getCurrentLineNumber()), record.toList());
                }

                private <T> T wellFormed(Supplier<T> reading) {
                    try {
                        return reading.get();
                    } catch (UncheckedIOException | IllegalStateException malformed) {
                        throw DataException.in(
                                file, parser.getCurrentLineNumber() + 1, "malformed CSV: " + malformed.getMessage());
                    }
                }
            };
        } catch (IOException unreadable) {
            throw DataException.in(file, "cannot be read (" + unreadable + ")");
        }
    }

    private static List<Row> select(Path file, Iterator<Row> all, List<String> columns, boolean header, int limit) {
        Row first = all.next();
        int[] places = header ? named(file, first, columns) : numbered(file, first, columns);
        List<Row> rows = new ArrayList<>();
        if (!header) {
            rows.add(select(first, places));
        }
        while (rows.size() < limit && all.hasNext()) {
            Row row = all.next();
            if (row.cells.size() != first.cells.size()) {
                throw DataException.in(
                        file,
                        row.line,
                        row.cells.size() + (row.cells.size() == 1 ? " column" : " columns") + ", the first line has "
                                + first.cells.size());
            }
            rows.add(select(row, places));
        }
        return rows;
    }

    private static Row select(Row row, int[] places) {
        List<String> cells = new ArrayList<>(places.length);
        for (int place : places) {
            cells.add(row.cells.get(place));
        }
        return new Row(row.line, cells);
    }

    private static int[] named(Path file, Row header, List<String> columns) {
        return columns.stream()
                .mapToInt(column -> {
                    int place = header.cells.indexOf(column);
                    if (place < 0) {
                        throw missing(file, header.line, column, String.join(", ", header.cells));
                    }
                    return place;
                })
                .toArray();
    }

    private static int[] numbered(Path file, Row first, List<String> columns) {
        int there = first.cells.size();
        return columns.stream()
                .mapToInt(column -> {
                    if (!column.matches("[1-9][0-9]{0,5}") || Integer.parseInt(column) > there) {
                        throw missing(file, first.line, column, "1 to " + there + ", since it has no header");
                    }
                    return Integer.parseInt(column) - 1;
                })
                .toArray();
    }

    private static DataException missing(Path file, long line, String column, String there) {
        return DataException.in(file, line, "there is no column '" + column + "'; the file has: " + there);
    }

    // ---- objects ----

    private static List<Row> objects(Path file, Lines lines, List<String> columns, int limit) {
        List<Row> rows = new ArrayList<>();
        while (rows.size() < limit && lines.hasNext()) {
            String line = lines.next();
            rows.add(object(file, lines.number(), line, columns));
        }
        return rows;
    }

    private static Row object(Path file, long number, String line, List<String> columns) {
        JsonNode object;
        try {
            object = JSON.readTree(line);
        } catch (JacksonException malformed) {
            throw DataException.in(file, number, "malformed JSON: " + malformed.getOriginalMessage());
        }
        if (!object.isObject()) {
            throw DataException.in(
                    file, number, "expected a JSON object, such as {\"text\": \"...\", \"label\": \"...\"}");
        }
        List<String> cells = new ArrayList<>();
        for (String column : columns) {
            JsonNode value = object.get(column);
            if (value == null) {
                throw missing(file, number, column, String.join(", ", object.propertyNames()));
            }
            if (!value.isValueNode() || value.isNull()) {
                throw DataException.in(
                        file, number, "column '" + column + "' must be a text or a number, got " + value);
            }
            cells.add(value.asString());
        }
        return new Row(number, cells);
    }

    // ---- errors ----

    /** What is wrong with a cell. */
    DataException error(Row row, String column, String problem) {
        return DataException.in(file, row.line, "column '" + column + "': " + problem);
    }
}
