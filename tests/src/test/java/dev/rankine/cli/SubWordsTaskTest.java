package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.ModelFixture;
import dev.rankine.transformer.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text to text with a tokenizer, on a tiny BART with bytes for sub-words. */
class SubWordsTaskTest {
    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void model() throws IOException {
        model = ModelFixture.of("bart", folder);
        tokens("<s>", "<pad>", "</s>");
    }

    private void tokens(String... special) throws IOException {
        StringBuilder vocabulary = new StringBuilder();
        List<String> all = new ArrayList<>(List.of(special));
        all.addAll(List.of("<unk>", "a", "b", "c", "d", "\u0120", "A", "B", "C", "D", "\u0120a", "\u0120A", "\u0120b"));
        for (String token : all) {
            vocabulary.append(vocabulary.isEmpty() ? "{" : ", ").append("\"" + token + "\": " + all.indexOf(token));
        }
        Files.writeString(model.resolve("vocab.json"), vocabulary + "}");
        Files.writeString(model.resolve("merges.txt"), "#version: 0.2\n\u0120 a\n\u0120 A\n\u0120 b\n");
    }

    private Path file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    private Called call(String command, Path data, Object... more) {
        List<Object> call = new ArrayList<>(List.of(command, "--model", model, "--task", "seq2seq", "--dev", data));
        if (command.equals("finetune")) {
            call.addAll(
                    List.of("--train", data, "--out", folder.resolve("run"), "--method", "full", "--eval-steps", 0));
        }
        call.addAll(List.of("--backend", "reference", "--threads", 1));
        call.addAll(List.of(more));
        return Called.rankine(call.toArray());
    }

    @Test
    void aTemplateAndATokenizerMakeSourcesAndTheAdapterKnowsBoth() throws IOException {
        Path rows = file("rows.tsv", "small\tlarge", "b\tB", "a c\tA C", "d\tD");
        Path template = file("template.txt", "d {small}{large}");
        Called called = call("finetune", rows, "--template", template, "--epochs", 50, "--batch", 3, "--lr", "0.01");
        assertThat(called.exitCode()).as(called.err()).isZero();
        RunFolder run = RunFolder.at(folder.resolve("run"), true);
        Map<String, Double> after = run.summary().training().after();
        assertThat(after).containsOnlyKeys("exact", "error_rate", "bleu", "rouge1", "rouge2", "rougeL");
        assertThat(after).containsEntry("exact", 1.0).containsEntry("rouge1", 1.0);
        assertThat(run.predictions().read().get(1).source()).isEqualTo("d a c");
        for (String[] how : new String[][] {{}, {"--beams", "2"}, {"--sample", "--top-k", "1"}}) {
            List<Object> predict = new ArrayList<>(List.of("predict", "--model", model, "--adapter", run.adapter()));
            predict.addAll(List.of("--backend", "reference"));
            predict.addAll(List.of(how));
            Called answered = Called.withInput("a c\nd\n", predict.toArray());
            assertThat(answered.out()).as(answered.err()).isEqualTo("a c\tA C\nd\tD\n");
        }
        Called measured = call("evaluate", rows, "--adapter", run.adapter());
        assertThat(measured.out()).as(measured.err()).containsSubsequence("bleu", "1.0000");
    }

    @Test
    void linesOfSourceAndTargetNeedNoTemplate() throws IOException {
        Path pairs = file("pairs.txt", "a\tA", "b\tB");
        Called measured = call("evaluate", pairs);
        assertThat(measured.exitCode()).as(measured.err()).isZero();
        assertThat(measured.out()).contains("exact", "error rate", "rougeL", "2 examples of");
    }

    @Test
    void aDecoderBeginsAndEndsAsTheFolderSays() throws IOException {
        Files.writeString(model.resolve("generation_config.json"), "{\"forced_bos_token_id\": 11}");
        Called forced = Called.withInput("a\n", "predict", "--model", model, "--max-new", 3, "--backend", "reference");
        assertThat(forced.out()).as(forced.err()).startsWith("a\tC");
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() throws IOException {
        Path pairs = file("pairs.txt", "a\tA");
        refused(2, "drop --text-column", "--template", "style-formal", "--text-column", "x");
        refused(2, "--text-column and --no-header are for files with named columns", "--no-header");
        refused(2, "--separator is for --task lm and mlm, not seq2seq", "--separator", "x");
        refused(1, "there is no column 'text'", "--template", "style-formal");
        tokens("<s>", "</s>", "<pad>");
        refused(1, "the tokenizer's pad token has the id 2, config.json says 'pad_token_id' 1");
        Files.delete(model.resolve("vocab.json"));
        refused(1, "config.json has no 'grapheme_chars', and its folder holds no tokenizer");
        assertThat(call("evaluate", pairs).exitCode()).isEqualTo(1);
    }

    private void refused(int code, String message, Object... more) throws IOException {
        Called called = call("finetune", file("pairs.tsv", "a\tA"), more);
        assertThat(called.exitCode()).as(called.err()).isEqualTo(code);
        assertThat(called.err()).contains(message);
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
