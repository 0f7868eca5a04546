package dev.rankine.cli;

import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.text.UnknownCharacters;
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
                + " prediction of each, in their order.",
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
            description = "Where to read; of lines with tabs the first column (default: standard input).")
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
        List<String> sources = sources();
        try (Backend backend = backendOptions.open(console)) {
            Seq2Seq task = Seq2Seq.load(backend, model);
            UnknownCharacters unknown = new UnknownCharacters();
            task.countUnknown(sources, unknown);
            List<StringBuilder> lines = sources.stream().map(StringBuilder::new).toList();
            adapters.forEach(task.model(), backend, _ -> {
                List<String> written = task.write(sources);
                for (int i = 0; i < written.size(); i++) {
                    lines.get(i).append('\t').append(written.get(i));
                }
            });
            lines.forEach(console.out()::println);
            if (unknown.total() > 0) {
                console.warn("the model does not know " + unknown.describe());
            }
        }
    }

    private List<String> sources() {
        try {
            List<String> lines = file == null
                    ? new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))
                            .lines()
                            .toList()
                    : Files.readAllLines(file);
            return lines.stream().map(line -> line.split("\t", 2)[0]).toList();
        } catch (CharacterCodingException malformed) {
            throw new UsageException(file + " is not UTF-8; convert the file first");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
