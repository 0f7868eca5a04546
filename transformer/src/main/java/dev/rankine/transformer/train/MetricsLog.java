package dev.rankine.transformer.train;

import dev.rankine.tensor.files.Whole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The file {@code metrics.jsonl}: one flat JSON object in a line, see {@link MetricsEntry}. */
public final class MetricsLog implements TrainingListener {
    private final Path file;

    public MetricsLog(Path file) {
        this.file = file;
    }

    @Override
    public void onLog(MetricsEntry entry) {
        append(entry);
    }

    @Override
    public void onEvaluation(MetricsEntry entry) {
        append(entry);
    }

    /** Writes a line to the end. */
    public void append(MetricsEntry entry) {
        try {
            Files.writeString(file, line(entry), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Every entry in order; none if there is no file. A last line that an interruption left without its end is no entry.
     *
     * @throws RunFolderException if a line is no log line
     */
    public List<MetricsEntry> read() {
        List<MetricsEntry> entries = new ArrayList<>();
        String content = content();
        int from = 0;
        for (int end = content.indexOf('\n'); end >= 0; end = content.indexOf('\n', from)) {
            entries.add(entry(content.substring(from, end), entries.size() + 1));
            from = end + 1;
        }
        return entries;
    }

    private MetricsEntry entry(String line, int number) {
        try {
            Map<String, Double> numbers = new LinkedHashMap<>();
            ObjectNode object = Json.LINE.readValue(line, ObjectNode.class);
            for (Map.Entry<String, JsonNode> property : object.properties()) {
                numbers.put(property.getKey(), property.getValue().doubleValue());
            }
            Double step = numbers.remove(MetricsEntry.STEP);
            if (step == null) {
                throw new RunFolderException(file + ", line " + number + ": no '" + MetricsEntry.STEP + "'");
            }
            return new MetricsEntry(step.longValue(), numbers);
        } catch (IllegalArgumentException notFinite) {
            throw new RunFolderException(file + ", line " + number + ": " + notFinite.getMessage(), notFinite);
        } catch (JacksonException malformed) {
            throw new RunFolderException(file + ", line " + number + ": " + malformed.getOriginalMessage(), malformed);
        }
    }

    /** Drops what was written after a step, so that a run that resumes there can write it again. */
    public void cutBackTo(long step) {
        String kept = read().stream()
                .filter(entry -> entry.step() <= step)
                .map(MetricsLog::line)
                .collect(Collectors.joining());
        try {
            Whole.file(file, aside -> Files.writeString(aside, kept));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String line(MetricsEntry entry) {
        Map<String, Object> flat = new LinkedHashMap<>();
        flat.put(MetricsEntry.STEP, entry.step());
        flat.putAll(entry.numbers());
        return Json.LINE.writeValueAsString(flat) + "\n";
    }

    private String content() {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException failure) {
            throw new RunFolderException(file + " cannot be read (" + failure + ")", failure);
        }
    }
}
