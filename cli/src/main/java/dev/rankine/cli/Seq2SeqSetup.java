package dev.rankine.cli;

import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.lora.task.Task;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.data.LengthLimit;
import dev.rankine.transformer.data.PromptedTexts;
import dev.rankine.transformer.data.Template;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.data.TsvPairs;
import dev.rankine.transformer.text.UnknownCharacters;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sequence to sequence: source, tab, target in every line, or columns that a template names.
 *
 * @param template that is kept with what is trained, null where sources stand for themselves
 * @param maxLength what sequences are cut to; null if longer ones than the model's positions are an error
 */
record Seq2SeqSetup(
        Path model,
        @Nullable DataSource trainSource,
        DataSource devSource,
        List<TextPair> trainPairs,
        List<TextPair> devPairs,
        @Nullable Template template,
        @Nullable Integer maxLength)
        implements TaskSetup {
    /**
     * How files are read.
     *
     * @param template that is kept with what is trained, null where sources stand for themselves
     * @param ofFiles the same with the names of the files' columns
     * @param header whether the files' first line names the columns
     */
    record Reading(@Nullable Template template, @Nullable Template ofFiles, boolean header) {
        private List<TextPair> pairs(DataSource source) {
            return ofFiles == null
                    ? TsvPairs.read(source.file(), source.limit())
                    : PromptedTexts.read(source.file(), ofFiles, header, source.limit());
        }
    }

    static Seq2SeqSetup read(
            Path model, @Nullable DataSource train, DataSource dev, Reading reading, @Nullable Integer maxLength) {
        List<TextPair> trainPairs = train == null ? List.of() : reading.pairs(train);
        return new Seq2SeqSetup(model, train, dev, trainPairs, reading.pairs(dev), reading.template, maxLength);
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
        Seq2Seq task = Seq2Seq.load(backend, model, template);
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
