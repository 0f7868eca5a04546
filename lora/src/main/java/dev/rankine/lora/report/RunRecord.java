package dev.rankine.lora.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run folder says about its run.
 *
 * @param name how the run is called in legends
 * @param summary the content of {@code summary.json}
 * @param metrics the lines of {@code metrics.jsonl}, each with its {@code step}
 */
public record RunRecord(String name, JsonNode summary, List<JsonNode> metrics) {
    public static final String SUMMARY = "summary.json";
    public static final String METRICS = "metrics.jsonl";

    private static final JsonMapper JSON = new JsonMapper();

    public RunRecord {
        metrics = List.copyOf(metrics);
    }

    /**
     * Reads a run folder.
     *
     * @throws IOException if a file is missing or is not what it should be; the message names file and line
     */
    public static RunRecord read(String name, Path folder) throws IOException {
        Path summary = folder.resolve(SUMMARY);
        Path metrics = folder.resolve(METRICS);
        if (!Files.isRegularFile(summary)) {
            throw new IOException(folder + " is no finished run: it has no " + SUMMARY);
        }
        List<JsonNode> lines = new ArrayList<>();
        if (Files.isRegularFile(metrics)) {
            for (String line : Files.readAllLines(metrics)) {
                lines.add(parse(line, metrics + ", line " + (lines.size() + 1)));
            }
        }
        return new RunRecord(name, parse(Files.readString(summary), summary.toString()), lines);
    }

    private static JsonNode parse(String json, String where) throws IOException {
        try {
            return JSON.readTree(json);
        } catch (JacksonException malformed) {
            throw new IOException(where + ": not JSON (" + malformed.getOriginalMessage() + ")", malformed);
        }
    }

    /** A text or number of the summary, such as {@code method}; empty where there is none. */
    Optional<String> text(String key) {
        JsonNode value = summary.path(key);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asString());
    }

    /** A number of the summary; a path goes through objects, as in {@code "after", "exact"}. */
    OptionalDouble number(String... path) {
        JsonNode value = summary;
        for (String key : path) {
            value = value.path(key);
        }
        return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
    }

    /** The numbers in an object of the summary, such as {@code after}, in their order. */
    Map<String, Double> numbers(String key) {
        Map<String, Double> found = new LinkedHashMap<>();
        summary.path(key).properties().forEach(entry -> {
            if (entry.getValue().isNumber()) {
                found.put(entry.getKey(), entry.getValue().asDouble());
            }
        });
        return found;
    }

    /** The map of kept ranks; empty if nothing of low rank was trained. */
    Optional<RankMap> rankMap() {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        numbers("retained_rank").forEach((module, rank) -> ranks.put(module, rank.intValue()));
        int largest = ranks.values().stream().mapToInt(rank -> rank).max().orElse(0);
        int full = (int) Math.max(number("rank").orElse(0), largest);
        return ranks.isEmpty()
                ? Optional.empty()
                : Optional.of(new RankMap(name + ": kept rank of every matrix", ranks, full));
    }

    /** What the log says about a quantity, by step; lines without it are passed over. */
    List<Point> curve(String key) {
        return metrics.stream()
                .filter(line -> line.path("step").isNumber() && line.path(key).isNumber())
                .map(line ->
                        new Point(line.path("step").asDouble(), line.path(key).asDouble()))
                .toList();
    }
}
