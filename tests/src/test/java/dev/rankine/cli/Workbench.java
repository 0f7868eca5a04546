package dev.rankine.cli;

import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.text.CharacterVocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A folder with a tiny random model that writes a, b, c in capitals, and data for it. */
record Workbench(Path folder) {
    static final int PAIRS = 24;

    /** Puts everything there. */
    static Workbench in(Path folder) {
        Workbench bench = new Workbench(folder);
        try (Backend backend = Backends.choose("reference", 1).backend()) {
            var stack = new TransformerSettings.Stack(1, 2, 12);
            var settings = TransformerSettings.of(8, 8, 12, stack, stack);
            var source = CharacterVocabulary.of(List.of("abc"));
            var target = CharacterVocabulary.of(List.of("ABC"));
            Seq2Seq.fresh("tiny", backend, settings, source, target, 7).save(bench.model());
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            String word = "abcab".substring(i % 3, i % 3 + 1 + i % 2) + "cba".charAt(i / 3 % 3);
            lines.add(word + "\t" + word.toUpperCase(java.util.Locale.ROOT));
        }
        bench.write("train.tsv", lines);
        bench.write("dev.tsv", lines.subList(0, 6));
        return bench;
    }

    Path model() {
        return folder.resolve("model");
    }

    Path train() {
        return folder.resolve("train.tsv");
    }

    Path dev() {
        return folder.resolve("dev.tsv");
    }

    Path out() {
        return folder.resolve("out");
    }

    Path write(String name, List<String> lines) {
        try {
            return Files.write(folder.resolve(name), lines);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** {@code finetune} with everything that it needs and these options on top; a later option replaces nothing. */
    Called finetune(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("finetune", "--model", model(), "--task", "seq2seq"));
        arguments.addAll(List.of("--train", train(), "--dev", dev(), "--backend", "reference", "--threads", 1));
        arguments.addAll(Arrays.asList(more));
        return Called.rankine(arguments.toArray());
    }
}
