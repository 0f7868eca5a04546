package dev.rankine.cli;

import dev.rankine.lora.task.Keep;
import dev.rankine.tensor.files.SmallFile;
import dev.rankine.tensor.files.Whole;
import dev.rankine.transformer.data.Fingerprint;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file {@code plan.json} of a comparison: what all its runs have in common. A comparison that goes on must agree with
 * it; methods and seeds may be added.
 *
 * @param common settings and data, by name
 */
record ComparisonPlan(Map<String, String> common) {
    private static final String FILE = "plan.json";
    /** What runs did that were made before there was a choice, and so do not say it. */
    private static final Map<String, String> FORMERLY = Map.of("keep", Keep.LAST.toString(), "recompute", "false");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    ComparisonPlan {
        common = new LinkedHashMap<>(common);
        common.values().forEach(Objects::requireNonNull);
    }

    /** Whether a folder holds a comparison. */
    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    /** @throws UsageException if the folder has the plan of another comparison */
    void requireAgreement(Path folder) {
        if (isIn(folder)) {
            requireEqual(folder.toString(), read(folder).common(), common);
        }
    }

    /** @throws UsageException if a finished run was made with other settings */
    static void requireAgreement(RunFolder folder, RunSummary.Run expected) {
        if (folder.state() == RunFolder.State.FINISHED) {
            requireEqual(folder.path().toString(), named(folder.summary().run()), named(expected));
        }
    }

    private static Map<String, String> named(RunSummary.Run run) {
        Map<String, String> named = new LinkedHashMap<>(run.settings());
        named.put("method", run.method());
        named.put("task", run.task());
        named.put("model", run.model());
        named.put("seed", Long.toString(run.seed()));
        named.put("backend", run.backend());
        named.put("threads", Integer.toString(run.threads()));
        return named;
    }

    private static void requireEqual(String where, Map<String, String> said, Map<String, String> now) {
        Map<String, String> before = new LinkedHashMap<>(said);
        FORMERLY.forEach((key, value) -> {
            if (now.containsKey(key)) {
                before.putIfAbsent(key, value);
            }
        });
        Set<String> keys = new LinkedHashSet<>(before.keySet());
        keys.addAll(now.keySet());
        List<String> differences = keys.stream()
                .filter(key -> !before.getOrDefault(key, "").equals(now.getOrDefault(key, "")))
                .map(key -> key + " was " + before.getOrDefault(key, "not there") + " and is "
                        + now.getOrDefault(key, "not there"))
                .toList();
        if (!differences.isEmpty()) {
            throw new UsageException(where + " was made with other settings: " + String.join(", ", differences)
                    + "; runs of one comparison must agree, so use the same ones or another --out");
        }
    }

    private static ComparisonPlan read(Path folder) {
        try {
            return JSON.readValue(SmallFile.text(folder.resolve(FILE)), ComparisonPlan.class);
        } catch (IOException | JacksonException unreadable) {
            throw new UsageException(folder.resolve(FILE) + " cannot be read: " + unreadable.getMessage());
        }
    }

    void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Whole.file(folder.resolve(FILE), aside -> Files.writeString(aside, JSON.writeValueAsString(this) + "\n"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Tells data from other data: how many examples, and their fingerprint. */
    static String fingerprint(List<String> examples) {
        Fingerprint content = new Fingerprint();
        examples.forEach(example -> content.add(example + "\n"));
        return examples.size() + " examples, SHA-256 " + content.end();
    }
}
