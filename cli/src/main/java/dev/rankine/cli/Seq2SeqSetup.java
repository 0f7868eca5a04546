package dev.rankine.cli;

import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.Seq2Seq;
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
 * @param train null where nothing is trained
 * @param template that is kept with what is trained, null where sources stand for themselves
 * @param maxLength what sequences are cut to; null if longer ones than the model's positions are an error
 */
record Seq2SeqSetup(
        Path model,
        @Nullable Pairs train,
        Pairs dev,
        @Nullable Template template,
        @Nullable Integer maxLength) implements TaskSetup {
    /** What a file holds. */
    private record Pairs(DataSource source, List<TextPair> pairs) {
        List<String> rows() {
            return pairs.stream()
                    .map(pair -> pair.source() + "\t" + pair.target())
                    .toList();
        }
    }

    /**
     * How files are read.
     *
     * @param template that is kept with what is trained, null where sources stand for themselves
     * @param ofFiles the same with the names of the files' columns
     * @param header whether the files' first line names the columns
     */
    record Reading(@Nullable Template template, @Nullable Template ofFiles, boolean header) {
        private Pairs read(DataSource source) {
            List<TextPair> pairs = ofFiles == null
                    ? TsvPairs.read(source.file(), source.limit())
                    : PromptedTexts.read(source.file(), ofFiles, header, source.limit());
            return new Pairs(source, pairs);
        }
    }

    static Seq2SeqSetup read(
            Path model, @Nullable DataSource train, DataSource dev, Reading reading, @Nullable Integer maxLength) {
        Pairs trainPairs = train == null ? null : reading.read(train);
        return new Seq2SeqSetup(model, trainPairs, reading.read(dev), reading.template, maxLength);
    }

    @Override
    public List<String> trainRows() {
        return train == null ? List.of() : train.rows();
    }

    @Override
    public List<String> devRows() {
        return dev.rows();
    }

    /** Warns of what the model's configuration says and nobody here knows. */
    @Override
    public LoadedTask<?> load(Backend backend, Console console, long seed) {
        Seq2Seq task = Seq2Seq.load(backend, model, template);
        TaskSetup.warnOfUnknown(task.unknownKeys(), model, console);
        return new LoadedTask<>(task, train, dev, file -> encode(task, file, console));
    }

    private Examples encode(Seq2Seq task, Pairs read, Console console) {
        List<TextPair> pairs = read.pairs;
        Path file = read.source.file();
        Seq2Seq.Encoded encoded =
                maxLength == null ? task.encode(pairs) : task.encode(pairs, limit(maxLength, task.longest()));
        sayUnknown(file, "sources", encoded.unknownInSources(), console);
        sayUnknown(file, "targets", encoded.unknownInTargets(), console);
        if (encoded.truncated() > 0) {
            console.warn(file + ": " + encoded.truncated() + " pairs were cut to " + maxLength + " symbols");
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
