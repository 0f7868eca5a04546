package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.ModelFixture;
import dev.rankine.transformer.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Filling holes from files to texts, on a tiny BERT. */
class MaskedTaskTest {
    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void model() throws IOException {
        model = ModelFixture.bertOfWords(folder);
    }

    private Called call(String command, Object... more) {
        List<Object> call = new ArrayList<>(List.of(command, "--model", model, "--backend", "reference"));
        call.addAll(List.of(more));
        return Called.withInput("the film is [MASK]\n", call.toArray());
    }

    @Test
    void holesAreLearntMeasuredAndFilled() throws IOException {
        // the number of a text chooses its holes
        List<String> lines = new ArrayList<>(List.of("text"));
        lines.addAll(Collections.nCopies(16, "the film is good"));
        Path texts = Files.write(folder.resolve("texts.tsv"), lines);
        Path out = folder.resolve("run");
        Called called = call(
                "finetune",
                "--task",
                "mlm",
                "--train",
                texts,
                "--dev",
                texts,
                "--method",
                "lora",
                "--out",
                out,
                "--epochs",
                40,
                "--batch",
                8,
                "--lr",
                "0.03",
                "--eval-steps",
                0,
                "--threads",
                1,
                "--max-length",
                10);
        assertThat(called.exitCode()).as(called.err()).isZero();
        RunFolder run = RunFolder.at(out, true);
        Map<String, Double> after = run.summary().training().after();
        assertThat(after).containsOnlyKeys("token_loss", "perplexity");
        assertThat(after.get("token_loss"))
                .isLessThan(run.summary().training().before().get("token_loss") / 2);
        Called measured = call("evaluate", "--task", "mlm", "--dev", texts, "--adapter", run.adapter());
        assertThat(measured.out())
                .as(measured.err())
                .contains(String.format(Locale.ROOT, "%.4f", after.get("perplexity")));
        Called filled = call("predict", "--adapter", run.adapter());
        assertThat(filled.out()).as(filled.err()).isEqualTo("the film is [MASK]\tthe film is good\n");
        assertThat(call("predict").out()).startsWith("the film is [MASK]\tthe film is");
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "the film is good");
        Called template = call("evaluate", "--task", "mlm", "--dev", text, "--template", "alpaca");
        assertThat(template.exitCode()).isEqualTo(2);
        assertThat(template.err()).contains("--template is for --task lm and seq2seq, not mlm");
        Called longer = call("evaluate", "--task", "mlm", "--dev", text, "--max-length", 99);
        assertThat(longer.err()).contains("texts of 99 symbols are asked for; they need at least 3");
        Files.write(model.resolve("vocab.txt"), List.of("[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]", "good"));
        assertThat(call("evaluate", "--task", "mlm", "--dev", text).err())
                .contains("the tokenizer's pad token has the id 1, config.json says 'pad_token_id' 0");
    }
}
