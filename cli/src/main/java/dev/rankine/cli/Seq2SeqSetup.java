package dev.rankine.cli;

import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.lora.task.Task;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.data.LengthLimit;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.data.TsvPairs;
import dev.rankine.transformer.text.UnknownCharacters;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sequence to sequence: source, tab, target in every line.
 *
 * @param maxLength what sequences are cut to; null if longer ones than the model's positions are an error
 */
record Seq2SeqSetup(
        Path model,
        @Nullable DataSource trainSource,
        DataSource devSource,
        List<TextPair> trainPairs,
        List<TextPair> devPairs,
        @Nullable Integer maxLength)
        implements TaskSetup {
    static Seq2SeqSetup read(Path model, @Nullable DataSource train, DataSource dev, @Nullable Integer maxLength) {
        return new Seq2SeqSetup(model, train, dev, train == null ? List.of() : pairs(train), pairs(dev), maxLength);
    }

    private static List<TextPair> pairs(DataSource source) {
        return TsvPairs.read(source.file(), source.limit());
    }

    @Override
    public List<String> trainRows() {
        return rows(trainPairs);
    }

    @Override
    public List<String> devRows() {
        return rows(devPairs);
    }

    private static List<String> rows(List<TextPair> pairs) {
        return pairs.stream().map(pair -> pair.source() + "\t" + pair.target()).toList();
    }

    /** Warns of what the model's configuration says and nobody here knows. */
    @Override
    public Loaded load(Backend backend, Console console, long seed) {
        Seq2Seq task = Seq2Seq.load(backend, model);
        if (!task.unknownKeys().isEmpty()) {
            console.warn(model.resolve("config.json") + ": keys without a known meaning are passed over: "
                    + String.join(", ", task.unknownKeys()));
        }
        return new Loaded() {
            @Override
            public Task task() {
                return task;
            }

            @Override
            public Examples train() {
                return encode(task, trainSource == null ? devSource : trainSource, trainPairs, console);
            }

            @Override
            public Examples dev() {
                return encode(task, devSource, devPairs, console);
            }
        };
    }

    private Examples encode(Seq2Seq task, DataSource source, List<TextPair> pairs, Console console) {
        Seq2Seq.Encoded encoded =
                maxLength == null ? task.encode(pairs) : task.encode(pairs, limit(maxLength, task.longest()));
        sayUnknown(source.file(), "sources", encoded.unknownInSources(), console);
        sayUnknown(source.file(), "targets", encoded.unknownInTargets(), console);
        if (encoded.truncated() > 0) {
            console.warn(source.file() + ": " + encoded.truncated() + " pairs were cut to " + maxLength + " symbols");
        }
        return encoded;
    }

    private static LengthLimit limit(int length, int longest) {
        if (length > longest) {
            throw new UsageException("--max-length " + length + " is more than the model's " + longest + " positions");
        }
        return UsageException.whileChecking(() -> new LengthLimit(length, LengthLimit.TooLong.TRUNCATE));
    }

    private static void sayUnknown(Path file, String where, UnknownCharacters unknown, Console console) {
        if (unknown.total() > 0) {
            console.warn(file + ": the model does not know " + unknown.describe() + " in the " + where);
        }
    }
}
