package dev.rankine.cli;

import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.TextScoring;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.data.TextExamples;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Classification, or regression where there are no labels.
 *
 * @param train null where nothing is trained
 * @param maxLength what texts are cut to, null for the model's positions
 * @param headFollows whether an adapter brings the head that the model may lack
 */
record ScoringSetup(
        Path model,
        @Nullable TextExamples train,
        TextExamples dev,
        List<String> labels,
        boolean pairs,
        @Nullable Integer maxLength,
        boolean headFollows,
        @Nullable String metric)
        implements TaskSetup {
    /** Reads the files and checks every label. */
    static ScoringSetup read(
            Path model,
            @Nullable DataSource trainSource,
            DataSource devSource,
            DataFormat format,
            boolean classes,
            @Nullable Integer maxLength,
            boolean headFollows) {
        TextExamples dev = TextExamples.read(devSource.file(), format.columns(), devSource.limit());
        TextExamples train = trainSource == null
                ? null
                : TextExamples.read(trainSource.file(), format.columns(), trainSource.limit());
        List<String> labels = List.of();
        if (classes) {
            labels = !format.labels().isEmpty() ? format.labels() : (train == null ? dev : train).distinctLabels();
        }
        for (TextExamples examples : train == null ? List.of(dev) : List.of(train, dev)) {
            if (classes) {
                examples.classes(labels);
            } else {
                examples.scores();
            }
        }
        return new ScoringSetup(
                model, train, dev, labels, format.columns().pair() != null, maxLength, headFollows, format.metric());
    }

    @Override
    public List<String> trainRows() {
        return train == null ? List.of() : rows(train);
    }

    @Override
    public List<String> devRows() {
        return rows(dev);
    }

    private static List<String> rows(TextExamples examples) {
        List<TextExamples.Text> texts = examples.texts();
        List<String> labels = examples.labels();
        return IntStream.range(0, texts.size())
                .mapToObj(i -> texts.get(i).text() + "\t" + texts.get(i).pair() + "\t" + labels.get(i))
                .toList();
    }

    /** Says which labels there are and what begins at random. */
    @Override
    public LoadedTask<?> load(Backend backend, Console console, long seed) {
        TextScoring.Settings settings =
                UsageException.whileChecking(() -> new TextScoring.Settings(labels, pairs, maxLength, seed));
        TextScoring task = TextScoring.load(backend, model, settings);
        if (!labels.isEmpty()) {
            console.say("labels: " + String.join(", ", labels));
        }
        if (!headFollows) {
            TaskSetup.sayFresh(task.fresh(), model, console);
        }
        return new LoadedTask<>(task, train, dev, examples -> encode(task, examples, console));
    }

    private static Examples encode(TextScoring task, TextExamples examples, Console console) {
        TextScoring.Encoded encoded = task.encode(examples);
        if (encoded.cut() > 0) {
            console.warn(examples.file() + ": " + encoded.cut() + " of " + encoded.size() + " texts were cut");
        }
        return encoded;
    }
}
