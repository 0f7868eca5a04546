package dev.rankine.lora.task;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.files.SmallFile;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A model folder of any architecture, to be read as its adapter needs it: one with a trained head makes a classifier of a
 * model of words.
 *
 * @param path the folder
 * @param config its {@code config.json}
 * @param labels how many labels the adapter's head tells apart, if it has a head
 */
record ModelFolder(Path path, JsonNode config, OptionalInt labels) {
    private static final int USUAL_POSITIONS = 512;
    private static final int USUAL_LABELS = 2;
    private static final String SCORES_LABELS = "ForSequenceClassification";

    /** The folder as it is. */
    static ModelFolder of(Path path) {
        Path file = path.resolve(Checkpoints.CONFIG);
        try {
            return new ModelFolder(path, JsonMapper.shared().readTree(SmallFile.text(file)), OptionalInt.empty());
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException(file + ": there is no such file; a model folder needs it", missing);
        } catch (IOException | JacksonException unreadable) {
            throw new IllegalArgumentException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /** The folder as the adapter of another needs it. */
    static ModelFolder forAdapter(Path path, Path adapter) {
        ModelFolder folder = of(path);
        return new ModelFolder(
                path,
                folder.config,
                labels(adapter, folder.config.path("hidden_size").asInt(0)));
    }

    /** Of the last matrix of a trained head, which is the smallest: [L, C]. */
    private static OptionalInt labels(Path adapter, int width) {
        Path file = adapter.resolve(AdapterFolder.TENSORS);
        try {
            Safetensors tensors = Safetensors.open(file);
            return tensors.names().stream()
                    .filter(name -> AdapterFolder.modulePath(name).startsWith(BertClassifier.HEAD + "."))
                    .map(tensors::shape)
                    .filter(shape -> shape.rank() == 2 && shape.dim(1) == width)
                    .mapToInt((Shape shape) -> shape.dim(0))
                    .min();
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(unreadable.getMessage(), unreadable);
        }
    }

    /** In F32. What the folder has not begins at random, the same each time. */
    Model load(Backend backend) {
        RandomWeights start = new RandomWeights(backend, DType.F32, 0);
        return labels.isPresent()
                ? Checkpoints.classifier(path, labels.getAsInt(), start).model()
                : Checkpoints.any(path, start);
    }

    int vocabulary() {
        return config.path("vocab_size").asInt(1);
    }

    /** The longest sequence, extra rows of the table of positions included. */
    int positions() {
        return config.path("max_position_embeddings").asInt(USUAL_POSITIONS);
    }

    /**
     * What a model, or the adapter on it, with a head for labels is for: it says their names, but not whether it reads pairs.
     *
     * @return null for a model of words
     */
    @Nullable
    TaskFile task(boolean pairs) {
        if (labels.isEmpty()
                && !config.path("architectures").path(0).asString("").endsWith(SCORES_LABELS)) {
            return null;
        }
        JsonNode named = config.path("id2label");
        int count = labels.orElse(named.isEmpty() ? USUAL_LABELS : named.size());
        boolean regression =
                count == 1 || config.path("problem_type").asString("").equals("regression");
        List<String> names = IntStream.range(0, count)
                .mapToObj(id ->
                        named.size() == count ? named.path(Integer.toString(id)).asString(unnamed(id)) : unnamed(id))
                .toList();
        return regression
                ? new TaskFile(TextScoring.REGRESS, List.of(), pairs, null, null)
                : new TaskFile(TextScoring.CLASSIFY, names, pairs, null, null);
    }

    private static String unnamed(int id) {
        return TaskFile.UNNAMED + id;
    }

    /**
     * What has to change in the configuration once the adapter's head is the model's own.
     *
     * @param known what the adapter was trained for, null if it does not say
     */
    Map<String, Object> configuration(@Nullable TaskFile known) {
        Map<String, Object> changes = new LinkedHashMap<>();
        labels.ifPresent(count -> {
            String body = config.path("model_type").asString("").equals("bert") ? "Bert" : "Roberta";
            changes.put("architectures", new String[] {body + SCORES_LABELS});
            List<String> own = known != null && known.labels().size() == count ? known.labels() : List.of();
            if (!own.isEmpty() || config.path("id2label").size() != count) {
                Map<String, String> names = new LinkedHashMap<>();
                Map<String, Integer> ids = new LinkedHashMap<>();
                IntStream.range(0, count).forEach(id -> {
                    String name = own.isEmpty() ? unnamed(id) : own.get(id);
                    names.put(Integer.toString(id), name);
                    ids.put(name, id);
                });
                changes.put("id2label", names);
                changes.put("label2id", ids);
            }
        });
        return changes;
    }
}
