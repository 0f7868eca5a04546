package dev.rankine.cli;

import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.lora.task.TaskFile;
import dev.rankine.lora.task.TextScoring;
import dev.rankine.tensor.Backend;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes what a model, with or without an adapter, answers to every line. */
@Command(
        name = "predict",
        description = "Reads a source from every line and writes source, tab, prediction; with several adapters a"
                + " prediction of each, in their order. An adapter tells what it was trained for: a classifier answers"
                + " with the label and its probability, a regression with the score.",
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

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to read; of lines with tabs the first column, or the first two for a task of pairs"
                    + " (default: standard input).")
    private @Nullable Path file;

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
        TaskFile known = adapters.taskFile();
        List<String> lines = lines();
        try (Backend backend = backendOptions.open(console)) {
            Answering answering = known == null || known.task().equals(Seq2Seq.KIND)
                    ? Answering.seq2seq(Seq2Seq.load(backend, model), lines, console)
                    : Answering.scoring(
                            TextScoring.load(backend, model, TextScoring.Settings.of(known)), lines, known.pairs());
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

    private List<String> lines() {
        try {
            return file == null
                    ? new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))
                            .lines()
                            .toList()
                    : Files.readAllLines(file);
        } catch (CharacterCodingException malformed) {
            throw new UsageException(file + " is not UTF-8; convert the file first");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
