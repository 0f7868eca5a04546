package dev.rankine.cli;

import dev.rankine.lora.task.LanguageModelling;
import dev.rankine.lora.task.MaskedModelling;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.lora.task.TaskFile;
import dev.rankine.lora.task.TextScoring;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.Documents;
import dev.rankine.transformer.data.Template;
import dev.rankine.transformer.decode.Search;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes what a model, with or without an adapter, answers to every line. */
@Command(
        name = "predict",
        description = "Reads a source from every line, or from columns of a file, and writes source, tab, prediction;"
                + " with several adapters a prediction of each, in their order. An adapter tells what it was trained for: a classifier answers"
                + " with the label and its probability, a regression with the score, a language model goes on with the"
                + " line, or fills the holes in it. Line ends and tabs that it writes become \\n and \\t.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class PredictCommand implements Runnable {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "Hugging Face folder of the model: config.json and model.safetensors.")
    private Path model;

    @Mixin
    private AdapterOptions adapters;

    @Mixin
    private PromptOptions prompts;

    @Mixin
    private WritingOptions writing;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to read; of lines with tabs the first column, or the first two for a task of pairs, or"
                    + " as many as the template has names (default: standard input).")
    private @Nullable Path file;

    @Option(
            names = "--columns",
            paramLabel = "NAME",
            split = ",",
            description = "The columns of a .tsv, .csv or .jsonl FILE that are read, in the order that the task or its"
                    + " template has them, such as sentence1,sentence2.")
    private List<String> columns = List.of();

    @Mixin
    private BackendOptions backendOptions;

    private final Console console;

    PredictCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        Inputs.requireFolder("--model", model);
        adapters.check();
        if (file != null) {
            Inputs.requireFile("FILE", file);
        }
        Search search = writing.search();
        Integer most = writing.most();
        List<Asked> asked = asked();
        TaskFile known = adapters.taskFile(
                model, asked.stream().allMatch(row -> row.cells().size() > 1));
        try (Backend backend = backendOptions.open(console)) {
            Answering answering = answering(known, asked, search, most, backend);
            if (!columns.isEmpty() && columns.size() != answering.texts()) {
                throw new UsageException("--columns names " + columns.size() + ", " + String.join(", ", columns)
                        + "; this task reads " + answering.texts());
            }
            List<StringBuilder> answered =
                    answering.sources().stream().map(StringBuilder::new).toList();
            adapters.forEach(answering.task().model(), backend, _ -> {
                List<String> answers = answering.answers().get();
                for (int i = 0; i < answers.size(); i++) {
                    answered.get(i).append('\t').append(answers.get(i));
                }
            });
            answered.forEach(console.out()::println);
        }
    }

    /** The bare model does what its architecture is made for. */
    private Answering answering(
            @Nullable TaskFile known, List<Asked> asked, Search search, @Nullable Integer most, Backend backend) {
        String task = known != null
                ? known.task()
                : switch (Checkpoints.architecture(model)) {
                    case GPT2, LLAMA -> LanguageModelling.KIND;
                    case BERT, ROBERTA -> MaskedModelling.KIND;
                    case BART, MBART -> Seq2Seq.KIND;
                };
        return switch (task) {
            case LanguageModelling.KIND -> {
                Template template = prompts.template(known);
                Integer length = known == null ? null : known.maxLength();
                var settings = new LanguageModelling.Settings(length, template);
                yield Answering.language(
                        LanguageModelling.load(backend, model, settings), asked, template, search, most);
            }
            case Seq2Seq.KIND -> {
                Template template = prompts.template(known);
                yield Answering.seq2seq(Seq2Seq.load(backend, model, template), asked, template, search, most, console);
            }
            case MaskedModelling.KIND -> {
                prompts.requireNone(task);
                writing.requireNone(task);
                yield Answering.masked(MaskedModelling.load(backend, model, null), asked);
            }
            default -> {
                prompts.requireNone(task);
                writing.requireNone(task);
                TaskFile scoring = Objects.requireNonNull(known);
                yield Answering.scoring(
                        TextScoring.load(backend, model, TextScoring.Settings.of(scoring)), asked, scoring.pairs());
            }
        };
    }

    private List<Asked> asked() {
        if (columns.isEmpty()) {
            if (file != null && Documents.isTable(file) && !file.toString().endsWith(".tsv")) {
                throw new UsageException(file + " has named columns: say with --columns which of them hold the texts");
            }
            return lines().stream().map(Asked::ofLine).toList();
        }
        if (file == null || !Documents.isTable(file)) {
            throw new UsageException("--columns is for a .tsv, .csv or .jsonl FILE");
        }
        return Asked.ofColumns(file, columns);
    }

    private List<String> lines() {
        try (BufferedReader reader = file == null
                ? new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8.newDecoder()))
                : Files.newBufferedReader(file)) {
            return reader.readAllLines();
        } catch (CharacterCodingException malformed) {
            throw new UsageException((file == null ? "standard input" : file) + " is not UTF-8; convert it first");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
