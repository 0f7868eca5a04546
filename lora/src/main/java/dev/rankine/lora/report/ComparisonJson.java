package dev.rankine.lora.report;

import dev.rankine.tensor.files.Whole;
import dev.rankine.transformer.train.RetainedRanks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes {@code compare.json}: what the tables of a comparison are made of. */
public final class ComparisonJson {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ComparisonJson() {}

    public static void write(Path file, Comparison comparison) throws IOException {
        Whole.file(file, aside -> Files.writeString(aside, JSON.writeValueAsString(tree(comparison)) + "\n"));
    }

    private static Map<String, Object> tree(Comparison comparison) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("seeds", comparison.seeds());
        Comparison.Sweep sweep = comparison.sweep();
        if (sweep != null) {
            tree.put("sweep", ordered("setting", sweep.setting(), "values", sweep.values()));
        }
        tree.put(
                "methods",
                comparison.candidates().stream().map(ComparisonJson::candidate).toList());
        List<Object> differences = new ArrayList<>();
        comparison
                .rounds()
                .forEach(round ->
                        round.contrasts().forEach(contrast -> differences.add(difference(round.at(), contrast))));
        tree.put("differences", differences);
        return tree;
    }

    private static Map<String, Object> candidate(Candidate candidate) {
        Map<String, Object> tree = ordered("name", candidate.label());
        tree.put("method", candidate.runs().getFirst().summary().run().method());
        tree.put("settings", candidate.runs().getFirst().summary().run().settings());
        tree.put("reference", candidate.reference());
        tree.put("runs", candidate.runs().stream().map(RunRecord::name).toList());
        Map<String, Object> metrics = new LinkedHashMap<>();
        for (String metric : candidate.metrics()) {
            Map<String, Object> numbers = ordered("before", orNull(candidate.before(metric)));
            numbers.putAll(
                    spread(candidate, run -> Objects.requireNonNull(run.after().get(metric))));
            metrics.put(metric, numbers);
        }
        tree.put("metrics", metrics);
        tree.put(
                "trainable_parameters",
                candidate.kept(RetainedRanks::trainableParameters).mean());
        tree.put("retained_parameters", kept(candidate, RetainedRanks::retainedParameters));
        tree.put("target_density", candidate.kept(RetainedRanks::targetDensity).mean());
        tree.put("density", kept(candidate, RetainedRanks::density));
        tree.put("parameter_density", kept(candidate, RetainedRanks::parameterDensity));
        tree.put("retained_triplets", orNull(candidate.keptTriplets()));
        tree.put("retained_rank", candidate.meanRanks());
        tree.put(
                "seconds_per_step",
                ordered(
                        "mean",
                        candidate
                                .over(run -> run.summary().training().msPerStep() / 1000)
                                .mean(),
                        "before_shrink",
                        seconds(candidate.msBefore()),
                        "after_shrink",
                        seconds(candidate.msAfter())));
        tree.put(
                "train_seconds",
                spread(candidate, run -> run.summary().training().trainSeconds()));
        tree.put("final_loss", spread(candidate, run -> run.summary().training().finalLoss()));
        tree.put("peak_rss_mib", orNull(candidate.peakMib()));
        Map<String, Object> reported = new LinkedHashMap<>();
        candidate.reportedAtEnd().forEach((key, value) -> reported.put(key, value.mean()));
        tree.put("at_end", reported);
        return tree;
    }

    private static Map<String, Object> kept(Candidate candidate, ToDoubleFunction<RetainedRanks> number) {
        return spread(candidate, run -> number.applyAsDouble(run.summary().ranks()));
    }

    /** Mean, deviation (null of one run) and the value of every run. */
    private static Map<String, Object> spread(Candidate candidate, ToDoubleFunction<RunRecord> number) {
        MeanDeviation spread = candidate.over(number);
        return ordered(
                "mean",
                spread.mean(),
                "deviation",
                orNull(spread.deviation()),
                "values",
                candidate.runs().stream().mapToDouble(number).boxed().toList());
    }

    private static Map<String, Object> difference(@Nullable Double at, Comparison.Contrast contrast) {
        PairedBootstrap.Difference difference = contrast.difference();
        Map<String, Object> tree = ordered(
                "metric", contrast.metric(),
                "method", contrast.candidate().label(),
                "reference", contrast.reference().label());
        if (at != null) {
            tree.put("at", at);
        }
        tree.put("difference", difference.estimate());
        tree.put("low", difference.low());
        tree.put("high", difference.high());
        tree.put("p", difference.p());
        return tree;
    }

    private static @Nullable Double seconds(OptionalDouble milliseconds) {
        return milliseconds.isPresent() ? milliseconds.getAsDouble() / 1000 : null;
    }

    private static @Nullable Double orNull(OptionalDouble number) {
        return number.isPresent() ? number.getAsDouble() : null;
    }

    private static Map<String, Object> ordered(@Nullable Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return map;
    }
}
