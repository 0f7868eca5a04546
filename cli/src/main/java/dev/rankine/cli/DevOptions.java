package dev.rankine.cli;

import dev.rankine.lora.task.LanguageModelling;
import dev.rankine.lora.task.MaskedModelling;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.lora.task.TaskFile;
import dev.rankine.lora.task.TextScoring;
import dev.rankine.transformer.data.Template;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model does what, and is measured on which data. */
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class DevOptions {
    private static final List<String> TASKS = List.of(
            Seq2Seq.KIND, TextScoring.CLASSIFY, TextScoring.REGRESS, LanguageModelling.KIND, MaskedModelling.KIND);

    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "Hugging Face folder of the model: config.json and model.safetensors.")
    private Path model;

    @Option(
            names = "--task",
            paramLabel = "NAME",
            required = true,
            description = "What the model does: seq2seq, classify, regress, lm or mlm.")
    private String task;

    @Option(
            names = "--dev",
            paramLabel = "FILE",
            required = true,
            description = "Data to measure with. For seq2seq source, tab, target in every line; else a .tsv, .csv or"
                    + " .jsonl file with named columns; for lm and mlm also any other text.")
    private Path dev;

    @Option(names = "--limit-dev", paramLabel = "N", description = "Measure on the first N examples only.")
    private int limitDev = Integer.MAX_VALUE;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "Cut texts to N symbols, the special ones included (default: the model's positions; for"
                    + " seq2seq longer ones are an error then). For lm and mlm longer texts are read in blocks of N.")
    private @Nullable Integer maxLength;

    @Option(
            names = "--separator",
            paramLabel = "TEXT",
            description =
                    "For lm and mlm: what stands between the texts of a file without columns (default: the file is one).")
    private @Nullable String separator;

    @Mixin
    private DataFormat.Options format;

    @Mixin
    private PromptOptions prompts;

    @Mixin
    private ColumnNames columns;

    /** Refuses tasks and files that are not there. */
    void check() {
        if (!TASKS.contains(task)) {
            throw new UsageException("there is no task '" + task + "'; there are: " + String.join(", ", TASKS));
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

    /** Reads the data to measure with. */
    TaskSetup setup(@Nullable TaskFile known) {
        return setup(null, known);
    }

    /**
     * Reads the data.
     *
     * @param train null where nothing is trained
     * @param known what the adapter in use was trained for, null if nothing is known
     */
    TaskSetup setup(@Nullable DataSource train, @Nullable TaskFile known) {
        if (known != null && !known.task().equals(task)) {
            throw new UsageException("--task " + task + ": the adapter was trained for --task " + known.task());
        }
        DataSource source = new DataSource(dev, "--limit-dev", limitDev);
        Integer length = maxLength == null && known != null ? known.maxLength() : maxLength;
        if (separator != null && !task.equals(LanguageModelling.KIND) && !task.equals(MaskedModelling.KIND)) {
            throw new UsageException("--separator is for --task lm and mlm, not " + task);
        }
        return switch (task) {
            case LanguageModelling.KIND -> language(train, source, length, prompts.template(known));
            case Seq2Seq.KIND -> sequences(train, source, prompts.template(known));
            case MaskedModelling.KIND -> {
                prompts.requireNone(task);
                yield language(train, source, length, null);
            }
            default -> {
                prompts.requireNone(task);
                columns.apply(null);
                boolean classes = task.equals(TextScoring.CLASSIFY);
                yield ScoringSetup.read(
                        model, train, source, format.choose(task, classes, known), classes, length, known != null);
            }
        };
    }

    private TaskSetup sequences(@Nullable DataSource train, DataSource source, @Nullable Template template) {
        Template ofFiles = columns.apply(template);
        if (template == null) {
            format.requireNone(task);
        } else {
            format.requireNoLabels(task);
            if (format.text() != null) {
                throw new UsageException("--template names the columns itself: drop --text-column, or it");
            }
        }
        var reading = new Seq2SeqSetup.Reading(template, ofFiles, format.header());
        return Seq2SeqSetup.read(model, train, source, reading, maxLength);
    }

    private TaskSetup language(
            @Nullable DataSource train, DataSource source, @Nullable Integer length, @Nullable Template template) {
        format.requireNoLabels(task);
        var reading = new LanguageSetup.Reading(format.text(), format.header(), separator, columns.apply(template));
        return LanguageSetup.read(
                model,
                task.equals(MaskedModelling.KIND),
                train,
                source,
                reading,
                new LanguageModelling.Settings(length, template));
    }
}
