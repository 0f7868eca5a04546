package dev.rankine.cli;

import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.data.LengthLimit;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.data.TsvPairs;
import dev.rankine.transformer.text.UnknownCharacters;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model is measured on which data. */
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class DevOptions {
    private static final String SEQ2SEQ = "seq2seq";
    private static final Set<String> LATER = Set.of("classify", "regress", "lm");

    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "Hugging Face folder of the model: config.json and model.safetensors.")
    private Path model;

    @Option(names = "--task", paramLabel = "NAME", required = true, description = "What the model does: seq2seq.")
    private String task;

    @Option(
            names = "--dev",
            paramLabel = "FILE",
            required = true,
            description = "Data to measure with: source, tab, target in every line.")
    private Path dev;

    @Option(names = "--limit-dev", paramLabel = "N", description = "Measure on the first N pairs only.")
    private int limitDev = Integer.MAX_VALUE;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "Cut sources and targets to N symbols, start and end included (default: the model's"
                    + " positions, and longer ones are an error).")
    private @Nullable Integer maxLength;

    /** Refuses tasks and files that are not there. */
    void check() {
        if (LATER.contains(task)) {
            throw new UsageException("task " + task + " is not part of this version yet; there is: " + SEQ2SEQ);
        }
        if (!task.equals(SEQ2SEQ)) {
            throw new UsageException("there is no task '" + task + "'; there is: " + SEQ2SEQ);
        }
        Inputs.requireFolder("--model", model);
        Inputs.requireFile("--dev", dev);
    }

    Path model() {
        return model;
    }

    String task() {
        return task;
    }

    Path file() {
        return dev;
    }

    /** Cut to so many symbols, or not cut. */
    String lengthLimit() {
        return maxLength == null ? "none" : maxLength.toString();
    }

    List<TextPair> devPairs() {
        return read(dev, "--limit-dev", limitDev);
    }

    static List<TextPair> read(Path file, String option, int limit) {
        if (limit < 1) {
            throw new UsageException(option + " must be at least 1, got " + limit);
        }
        return TsvPairs.read(file, limit);
    }

    /** The model with its vocabularies; warns of what its configuration says and nobody here knows. */
    Seq2Seq load(Backend backend, Console console) {
        Seq2Seq seq2seq = Seq2Seq.load(backend, model);
        if (!seq2seq.unknownKeys().isEmpty()) {
            console.warn(model.resolve("config.json") + ": keys without a known meaning are passed over: "
                    + String.join(", ", seq2seq.unknownKeys()));
        }
        return seq2seq;
    }

    /** The data to measure with as ids; warns of what is lost. */
    Seq2Seq.Encoded encodeDev(Seq2Seq seq2seq, List<TextPair> pairs, Console console) {
        return encode(seq2seq, dev, pairs, console);
    }

    Seq2Seq.Encoded encode(Seq2Seq seq2seq, Path file, List<TextPair> pairs, Console console) {
        Seq2Seq.Encoded encoded =
                maxLength == null ? seq2seq.encode(pairs) : seq2seq.encode(pairs, limit(maxLength, seq2seq.longest()));
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
