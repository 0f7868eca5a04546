package dev.rankine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Folders of tiny models to train on, made of the committed fixtures. */
public final class ModelFixture {
    /** What the model of words can read, a word a line. */
    public static final List<String> WORDS = List.of(
            "[PAD] [UNK] [CLS] [SEP] [MASK] good bad fine poor a the film one two zero is it and very".split(" "));

    private ModelFixture() {}

    /** A new folder {@code model} with configuration and weights of a fixture. */
    public static Path of(String fixture, Path parent) throws IOException {
        Path model = Files.createDirectory(parent.resolve("model"));
        Path from = Repository.root().resolve("tests/fixtures/models").resolve(fixture);
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(from.resolve(file), model.resolve(file));
        }
        return model;
    }

    /** A BERT with a vocabulary of words. */
    public static Path bertOfWords(Path parent) throws IOException {
        Path model = of("bert_words", parent);
        Files.write(model.resolve("vocab.txt"), WORDS);
        return model;
    }
}
