package dev.rankine.cli;

import dev.rankine.lora.Method;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.lora.task.FineTuning;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.data.LengthLimit;
import dev.rankine.transformer.data.StepPlan;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.data.TsvPairs;
import dev.rankine.transformer.text.UnknownCharacters;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunFolderException;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainerSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Adapts a pretrained model to a data file. Everything is checked before the run folder is created. */
@Command(
        name = "finetune",
        description = "Adapts a pretrained model to a data file and leaves a run folder: the adapter in PEFT's format,"
                + " summary.json, metrics.jsonl and report.html.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class FinetuneCommand implements Runnable {
    private static final String SEQ2SEQ = "seq2seq";
    private static final Set<String> LATER = Set.of("classify", "regress", "lm");

    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "Hugging Face folder of the model: config.json and model.safetensors.")
    private Path model;

    @Option(names = "--task", paramLabel = "NAME", required = true, description = "What to learn: seq2seq.")
    private String task;

    @Option(
            names = "--train",
            paramLabel = "FILE",
            required = true,
            description = "Training data: source, tab, target in every line.")
    private Path train;

    @Option(names = "--dev", paramLabel = "FILE", required = true, description = "Data to measure with, likewise.")
    private Path dev;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The run folder; must not exist.")
    private Path out;

    @Option(names = "--resume", description = "Go on in an existing run folder, from its checkpoint if it has one.")
    private boolean resume;

    @Option(
            names = "--init-adapter",
            paramLabel = "DIR",
            description = "Begin from a trained adapter in PEFT's format.")
    private @Nullable Path initAdapter;

    @Option(names = "--limit-train", paramLabel = "N", description = "Use the first N training pairs only.")
    private int limitTrain = Integer.MAX_VALUE;

    @Option(names = "--limit-dev", paramLabel = "N", description = "Measure on the first N pairs only.")
    private int limitDev = Integer.MAX_VALUE;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "Cut sources and targets to N symbols, start and end included (default: the model's"
                    + " positions, and longer ones are an error).")
    private @Nullable Integer maxLength;

    @Mixin
    private MethodOptions methodOptions;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private BackendOptions backendOptions;

    private final Console console;

    FinetuneCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        requireTask();
        Method method = methodOptions.method(console);
        double weightDecay = training.weightDecay();
        requireFiles();
        RunFolder folder = folder();
        if (folder.state() == RunFolder.State.FINISHED) {
            console.say(out + " holds a finished run: nothing to do");
            return;
        }
        List<TextPair> trainPairs = read(train, "--limit-train", limitTrain);
        List<TextPair> devPairs = read(dev, "--limit-dev", limitDev);
        TrainerSettings settings = training.settings(trainPairs.size());
        long steps = new StepPlan(
                        trainPairs.size(), settings.batch(), settings.accumulate(), settings.epochs(), settings.seed())
                .steps();
        UsageException.whileChecking(() -> method.review(steps)).forEach(console::warn);
        try (Backend backend = backendOptions.open(console)) {
            Seq2Seq seq2seq = Seq2Seq.load(backend, model);
            sayUnknownKeys(seq2seq);
            Seq2Seq.Encoded trainData = encode(seq2seq, train, trainPairs);
            Seq2Seq.Encoded devData = encode(seq2seq, dev, devPairs);
            FineTuning tuning =
                    UsageException.whileChecking(() -> new FineTuning(seq2seq, method, settings, weightDecay));
            if (initAdapter != null) {
                tuning.startFrom(PeftFolder.load(initAdapter, backend).factors());
            }
            try (Progress progress = new Progress(console, method.name())) {
                RunSummary summary = tuning.listen(progress).run(trainData, devData, folder);
                new Results(console).print(summary, folder);
            }
        }
    }

    private void requireTask() {
        if (LATER.contains(task)) {
            throw new UsageException("task " + task + " is not part of this version yet; there is: " + SEQ2SEQ);
        }
        if (!task.equals(SEQ2SEQ)) {
            throw new UsageException("there is no task '" + task + "'; there is: " + SEQ2SEQ);
        }
    }

    private void requireFiles() {
        Inputs.requireFolder("--model", model);
        Inputs.requireFile("--train", train);
        Inputs.requireFile("--dev", dev);
        if (initAdapter != null) {
            Inputs.requireFolder("--init-adapter", initAdapter);
        }
    }

    private RunFolder folder() {
        try {
            return RunFolder.at(out, resume);
        } catch (RunFolderException unusable) {
            throw new UsageException("--out " + unusable.getMessage());
        }
    }

    private static List<TextPair> read(Path file, String option, int limit) {
        if (limit < 1) {
            throw new UsageException(option + " must be at least 1, got " + limit);
        }
        return TsvPairs.read(file, limit);
    }

    private Seq2Seq.Encoded encode(Seq2Seq seq2seq, Path file, List<TextPair> pairs) {
        Seq2Seq.Encoded encoded =
                maxLength == null ? seq2seq.encode(pairs) : seq2seq.encode(pairs, limit(maxLength, seq2seq.longest()));
        sayUnknown(file, "sources", encoded.unknownInSources());
        sayUnknown(file, "targets", encoded.unknownInTargets());
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

    private void sayUnknown(Path file, String where, UnknownCharacters unknown) {
        if (unknown.total() > 0) {
            console.warn(file + ": the model does not know " + unknown.describe() + " in the " + where);
        }
    }

    private void sayUnknownKeys(Seq2Seq seq2seq) {
        if (!seq2seq.unknownKeys().isEmpty()) {
            console.warn(model.resolve("config.json") + ": keys without a known meaning are passed over: "
                    + String.join(", ", seq2seq.unknownKeys()));
        }
    }
}
