package dev.rankine.transformer.train;

import dev.rankine.tensor.files.Whole;
import dev.rankine.transformer.train.Outcome.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The file {@code predictions.tsv}: an {@link Outcome} in every line, in the order of the data. Under its header stand
 * source, reference and prediction, and two columns per metric:
 *
 * <pre>
 * source  reference  prediction  exact  exact/of  error_rate  error_rate/of
 * lauf    lɔf        lof         0      1         1           3
 * </pre>
 *
 * The metric of some lines is the sum of its column over the sum of the column {@code /of}. In texts a tab is written as
 * {@code \t}, a line end as {@code \n} or {@code \r}, a backslash as {@code \\}.
 */
public final class Predictions {
    private static final List<String> TEXTS = List.of("source", "reference", "prediction");
    private static final String SIZE = "/of";

    private final Path file;

    public Predictions(Path file) {
        this.file = file;
    }

    /** @param outcomes at least one, all with the same metrics */
    public void write(List<Outcome> outcomes) {
        List<String> header = new ArrayList<>(TEXTS);
        outcomes.getFirst().parts().keySet().forEach(metric -> header.addAll(List.of(metric, metric + SIZE)));
        String lines = outcomes.stream().map(Predictions::line).collect(Collectors.joining());
        try {
            Whole.file(file, aside -> Files.writeString(aside, String.join("\t", header) + "\n" + lines));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** @throws RunFolderException if the file is missing or a line is not what it should be */
    public List<Outcome> read() {
        List<String> lines = lines();
        List<String> header = lines.isEmpty() ? List.of() : cells(lines.getFirst());
        if (header.size() < 5
                || header.size() % 2 == 0
                || !header.subList(0, TEXTS.size()).equals(TEXTS)) {
            throw new RunFolderException(file + ": the header " + header + " is not the one of predictions");
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            try {
                outcomes.add(outcome(header, cells(lines.get(i))));
            } catch (IllegalArgumentException malformed) {
                throw new RunFolderException(file + ", line " + (i + 1) + ": " + malformed.getMessage(), malformed);
            }
        }
        if (outcomes.isEmpty()) {
            throw new RunFolderException(file + " has no predictions");
        }
        return outcomes;
    }

    private List<String> lines() {
        try {
            return Arrays.asList(Files.readString(file).split("\n"));
        } catch (IOException failure) {
            throw new RunFolderException(file + " cannot be read: " + failure.getMessage(), failure);
        }
    }

    private static List<String> cells(String line) {
        return Arrays.asList(line.split("\t", -1));
    }

    private static Outcome outcome(List<String> header, List<String> cells) {
        if (cells.size() != header.size()) {
            throw new IllegalArgumentException(cells.size() + " columns, the header has " + header.size());
        }
        Map<String, Part> parts = new LinkedHashMap<>();
        for (int i = TEXTS.size(); i < header.size(); i += 2) {
            parts.put(header.get(i), new Part(Double.parseDouble(cells.get(i)), Double.parseDouble(cells.get(i + 1))));
        }
        return new Outcome(plain(cells.get(0)), plain(cells.get(1)), plain(cells.get(2)), parts);
    }

    private static String line(Outcome outcome) {
        List<String> cells = new ArrayList<>(
                List.of(escaped(outcome.source()), escaped(outcome.reference()), escaped(outcome.prediction())));
        outcome.parts().values().forEach(part -> cells.addAll(List.of(number(part.amount()), number(part.size()))));
        return String.join("\t", cells) + "\n";
    }

    /** Whole numbers without a point. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    /** A text as it stands in a cell. */
    public static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    private static String plain(String escaped) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char after = i + 1 < escaped.length() ? escaped.charAt(++i) : ' ';
            text.append(
                    switch (after) {
                        case '\\' -> '\\';
                        case 't' -> '\t';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        default -> throw new IllegalArgumentException("a backslash before '" + after + "'");
                    });
        }
        return text.toString();
    }
}
