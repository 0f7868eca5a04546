package dev.rankine.lora.task;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.tensor.files.SmallFile;
import dev.rankine.tensor.files.Whole;
import dev.rankine.transformer.train.Measure;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.Predictions;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps in {@link RunFolder#best} what the best evaluation of a run saw. Evaluations compete at the size that the adapter
 * has in the end: one with fewer parameters beats all before it, and of the same size the first with the best metric wins.
 * That depends on nothing but the numbers, so a run that goes on after an interruption finds the same one.
 */
final class BestEvaluation implements TrainingListener {
    private static final String FOUND = "best.json";
    private static final String ADAPTER = "adapter";
    private static final String PREDICTIONS = "predictions.tsv";
    private static final JsonMapper JSON = new JsonMapper();

    private final RunFolder folder;
    private final Keep keep;
    private final AdaptedModel adapted;
    private final Task task;
    private final Measure measure;
    private final Supplier<RetainedRanks> ranks;

    /**
     * An evaluation.
     *
     * @param step after how many steps
     * @param parameters that the adapter had
     */
    record Found(long step, long parameters, Map<String, Double> metrics, RetainedRanks ranks) {
        Found {
            metrics = new LinkedHashMap<>(metrics);
            metrics.values().forEach(Objects::requireNonNull);
            Objects.requireNonNull(ranks);
        }
    }

    BestEvaluation(
            RunFolder folder,
            Keep keep,
            AdaptedModel adapted,
            Task task,
            Measure measure,
            Supplier<RetainedRanks> ranks) {
        this.folder = folder;
        this.keep = keep;
        this.adapted = adapted;
        this.task = task;
        this.measure = measure;
        this.ranks = ranks;
    }

    @Override
    public void onEvaluation(MetricsEntry entry) {
        if (entry.step() == 0) {
            return;
        }
        Map<String, Double> metrics = new LinkedHashMap<>(entry.numbers());
        metrics.keySet().removeAll(Set.of(MetricsEntry.EPOCH, MetricsEntry.SECONDS));
        Found now = new Found(entry.step(), adapted.retainedParameters(), metrics, ranks.get());
        try {
            Whole.recover(folder.best());
            if (beats(now, found())) {
                Whole.folder(folder.best(), aside -> {
                    AdapterFolder.save(aside.resolve(ADAPTER), adapted, task);
                    new Predictions(aside.resolve(PREDICTIONS)).write(measure.outcomes());
                    Files.writeString(aside.resolve(FOUND), JSON.writeValueAsString(now));
                });
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private boolean beats(Found now, @Nullable Found best) {
        if (best == null || now.parameters != best.parameters) {
            return best == null || now.parameters < best.parameters;
        }
        return keep.isBetter(value(now), value(best));
    }

    private double value(Found found) {
        return Objects.requireNonNull(found.metrics.get(keep.metric()), "metric");
    }

    /** The best so far; null before the first. */
    @Nullable
    Found found() {
        Path file = folder.best().resolve(FOUND);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return JSON.readValue(SmallFile.text(file), Found.class);
        } catch (IOException | JacksonException unreadable) {
            throw new IllegalArgumentException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /** Leaves the best adapter and its predictions where those of a run are looked for. */
    void putInPlace() {
        try {
            Whole.folder(folder.adapter(), aside -> {
                try (Stream<Path> files = Files.list(folder.best().resolve(ADAPTER))) {
                    for (Path file : files.toList()) {
                        Files.copy(file, aside.resolve(file.getFileName()));
                    }
                }
            });
            folder.predictions().write(new Predictions(folder.best().resolve(PREDICTIONS)).read());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
