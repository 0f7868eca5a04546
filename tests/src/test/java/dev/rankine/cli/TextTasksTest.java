package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.ModelFixture;
import dev.rankine.transformer.train.Outcome;
import dev.rankine.transformer.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Classification and regression, from files to answers, on a tiny BERT with a tiny WordPiece vocabulary. */
class TextTasksTest {
    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void model() throws IOException {
        model = ModelFixture.bertOfWords(folder);
    }

    private Path file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    private Called finetune(String task, Path train, String out, Object... more) {
        List<Object> call = new ArrayList<>(List.of("finetune", "--model", model, "--task", task));
        if (!List.of(more).contains("--method")) {
            call.addAll(List.of("--method", "lora"));
        }
        call.addAll(List.of("--train", train, "--dev", train, "--out", folder.resolve(out)));
        call.addAll(List.of("--batch", 3, "--lr", "0.02", "--eval-steps", 0, "--backend", "reference", "--threads", 1));
        call.addAll(List.of(more));
        return Called.rankine(call.toArray());
    }

    private Path reviews() throws IOException {
        return file(
                "reviews.csv",
                "verdict,review",
                "yes,\"the film is good, very good\"",
                "yes,it is a fine film",
                "yes,fine and good",
                "no,\"bad, a bad film\"",
                "no,the film is poor",
                "no,it is poor and bad");
    }

    private static final Object[] REVIEWS = {"--text-column", "review", "--label-column", "verdict", "--epochs", 100};

    @Test
    void aClassifierLearnsIsMeasuredAndAnswers() throws IOException {
        Called called = finetune("classify", reviews(), "run", REVIEWS);
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.err())
                .contains("labels: no, yes")
                .contains("begins at random: ")
                .contains("classifier.weight");
        RunFolder run = RunFolder.at(folder.resolve("run"), true);
        assertThat(run.summary().run().task()).isEqualTo("classify");
        Map<String, Double> after = run.summary().training().after();
        assertThat(after).containsOnlyKeys("accuracy", "f1", "matthews");
        assertThat(after.get("accuracy")).isGreaterThan(.8);
        assertThat(run.summary().training().finalLoss()).isLessThan(Math.log(2));
        List<Outcome> outcomes = run.predictions().read();
        Outcome first = outcomes.getFirst();
        assertThat(first.source()).isEqualTo("the film is good, very good");
        assertThat(first.reference()).isEqualTo("yes");
        assertThat(first.parts()).containsOnlyKeys("accuracy", "f1");

        Path adapter = run.adapter();
        JsonNode config = JsonMapper.shared().readTree(adapter.resolve("adapter_config.json"));
        assertThat(config.get("modules_to_save").get(0).asString()).isEqualTo("classifier");
        String sources =
                outcomes.stream().map(outcome -> outcome.source() + "\n").collect(Collectors.joining());
        Called answered =
                Called.withInput(sources, "predict", "--model", model, "--adapter", adapter, "--backend", "reference");
        assertThat(answered.out().lines().map(line -> line.replaceAll("\t0\\.\\d{4}$", "")))
                .containsExactlyElementsOf(outcomes.stream()
                        .map(outcome -> outcome.source() + "\t" + outcome.prediction())
                        .toList());
        Called measured = Called.rankine(
                "evaluate",
                "--model",
                model,
                "--task",
                "classify",
                "--dev",
                reviews(),
                "--adapter",
                adapter,
                "--text-column",
                "review",
                "--label-column",
                "verdict",
                "--backend",
                "reference");
        assertThat(measured.exitCode()).as(measured.err()).isZero();
        assertThat(measured.err()).doesNotContain("begins at random");
        assertThat(measured.out())
                .containsSubsequence(
                        "accuracy", "f1", "matthews", String.format(Locale.ROOT, "%.4f", after.get("accuracy")));
    }

    @Test
    void columnsOfAFileAreAnsweredAsTheirTextsAre() throws IOException {
        finetune("classify", reviews(), "run", REVIEWS);
        Path adapter = folder.resolve("run/adapter");
        Path rows =
                file("rows.jsonl", "{\"id\": 7, \"review\": \"a fine\\nfilm\"}", "{\"review\": \"poor\", \"id\": 8}");
        Object[] call = {"predict", "--model", model, "--adapter", adapter, "--backend", "reference"};
        String expected = Called.withInput("a fine film\npoor\n", call).out();
        assertThat(expected).containsSubsequence("a fine film\tyes\t0.", "poor\tno\t0.");
        Called answered = predict(call, rows, "--columns", "review");
        assertThat(answered.out()).as(answered.err()).isEqualTo(expected.replace("a fine film", "a fine\\nfilm"));
        assertThat(predict(call, reviews(), "--columns", "review").out())
                .startsWith("the film is good, very good\tyes\t0.")
                .hasLineCount(6);
        assertThat(predict(call, rows).err()).contains("rows.jsonl has named columns: say with --columns");
        assertThat(predict(call, rows, "--columns", "text").err())
                .contains("rows.jsonl, line 1: there is no column 'text'; the file has: id, review");
        assertThat(predict(call, rows, "--columns", "review,id").err())
                .contains("--columns names 2, review, id; this task reads 1");
        assertThat(predict(call, file("rows.txt", "fine"), "--columns", "review")
                        .err())
                .contains("--columns is for a .tsv, .csv or .jsonl FILE");
    }

    private static Called predict(Object[] call, Path file, Object... more) {
        List<Object> all = new ArrayList<>(List.of(call));
        all.add(file);
        all.addAll(List.of(more));
        return Called.rankine(all.toArray());
    }

    @Test
    void aFolderWithAHeadAnswersWithItsLabels() throws IOException {
        finetune("classify", reviews(), "run", REVIEWS);
        Path adapter = folder.resolve("run/adapter");
        Path merged = folder.resolve("merged");
        Called folded = Called.rankine(
                "merge", "--model", model, "--adapter", adapter, "--out", merged, "--backend", "reference");
        assertThat(folded.exitCode()).as(folded.err()).isZero();
        String review = "it is a fine film\n";
        String expected = Called.withInput(
                        review, "predict", "--model", model, "--adapter", adapter, "--backend", "reference")
                .out();
        assertThat(expected).startsWith("it is a fine film\tyes\t0.");
        assertThat(Called.withInput(review, "predict", "--model", merged, "--backend", "reference")
                        .out())
                .isEqualTo(expected);
        // as if it came from elsewhere
        Files.delete(merged.resolve("rankine_task.json"));
        assertThat(Called.withInput(review, "predict", "--model", merged, "--backend", "reference")
                        .out())
                .isEqualTo(expected);
        assertThat(Called.withInput("fine\tgood\n", "predict", "--model", merged, "--backend", "reference")
                        .out())
                .startsWith("fine\tgood\t");
        // the model knows the order of its labels better than the data
        Path reversed = file("reversed.tsv", "text\tlabel", "it is a fine film\tyes");
        Called measured = Called.rankine(
                "evaluate", "--model", merged, "--task", "classify", "--dev", reversed, "--backend", "reference");
        assertThat(measured.out()).as(measured.err()).contains("none       1.0000");
        // an adapter that does not say what it is for has as many labels as its head
        Files.delete(adapter.resolve("rankine_task.json"));
        assertThat(Called.withInput(review, "predict", "--model", model, "--adapter", adapter, "--backend", "reference")
                        .out())
                .isEqualTo(expected.replace("yes", "LABEL_1"));
    }

    @Test
    void aPrunedAdapterIsABeginningToo() throws IOException {
        List<Object> options = new ArrayList<>(List.of(REVIEWS));
        options.set(options.size() - 1, 6);
        options.addAll(List.of("--method", "salora", "--density", 0.25, "--rank", 4));
        finetune("classify", reviews(), "run", options.toArray());
        options.addAll(List.of("--init-adapter", folder.resolve("run/adapter")));
        Called again = finetune("classify", reviews(), "again", options.toArray());
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.err()).contains("its head is taken over", "modules begin from it, the others as usual");
        assertThat(RunFolder.at(folder.resolve("again"), true)
                        .summary()
                        .training()
                        .before())
                .isEqualTo(RunFolder.at(folder.resolve("run"), true)
                        .summary()
                        .training()
                        .after());
    }

    @Test
    void aTrainedAdapterIsABeginning() throws IOException {
        finetune("classify", reviews(), "run", REVIEWS);
        Path adapter = folder.resolve("run/adapter");
        Called again = finetune(
                "classify",
                reviews(),
                "again",
                "--text-column",
                "review",
                "--label-column",
                "verdict",
                "--epochs",
                1,
                "--init-adapter",
                adapter);
        assertThat(again.err()).contains("its head is taken over");
        Map<String, Double> before =
                RunFolder.at(folder.resolve("again"), true).summary().training().before();
        assertThat(before)
                .isEqualTo(RunFolder.at(folder.resolve("run"), true)
                        .summary()
                        .training()
                        .after());
        Path three = file("three.tsv", "text\tlabel", "good\ta", "bad\tb", "fine\tc");
        Called other = finetune("classify", three, "other", "--epochs", 1, "--init-adapter", adapter);
        assertThat(other.exitCode()).as(other.err()).isZero();
        assertThat(other.err()).contains("its head is for other labels: a new one begins at random");
    }

    @Test
    void aRegressionLearnsScoresOfPairs() throws IOException {
        Path scores = file(
                "scores.jsonl",
                "{\"a\": \"one\", \"b\": \"two\", \"score\": 3}",
                "{\"a\": \"two\", \"b\": \"zero\", \"score\": 2.0}",
                "{\"a\": \"zero\", \"b\": \"one\", \"score\": \"1\"}",
                "{\"a\": \"one\", \"b\": \"one\", \"score\": 2}");
        Called called = finetune(
                "regress",
                scores,
                "run",
                "--text-column",
                "a",
                "--pair-column",
                "b",
                "--label-column",
                "score",
                "--epochs",
                60,
                "--schedule",
                "cosine",
                "--bucket");
        assertThat(called.exitCode()).as(called.err()).isZero();
        RunFolder run = RunFolder.at(folder.resolve("run"), true);
        assertThat(run.summary().training().after().get("mse"))
                .isLessThan(run.summary().training().before().get("mse"));
        assertThat(run.summary().training().after()).containsKeys("pearson", "spearman");
        assertThat(run.summary().run().settings())
                .containsEntry("decay", "cosine")
                .containsEntry("bucketing", "true");
        Called answered = Called.withInput(
                "one\ttwo\n", "predict", "--model", model, "--adapter", run.adapter(), "--backend", "reference");
        assertThat(answered.out()).matches("one\ttwo\t\\d\\.\\d+\\R");
        Called single = Called.withInput(
                "one\n", "predict", "--model", model, "--adapter", run.adapter(), "--backend", "reference");
        assertThat(single.exitCode()).isEqualTo(2);
        assertThat(single.err()).contains("line 1 has one text; this task reads two");
    }

    @Test
    void glueIsReadByName() throws IOException {
        Path cola = file("cola.tsv", "x\t1\t\tthe film is good", "x\t0\t*\tfilm the good is");
        Called called = finetune("classify", cola, "run", "--format", "cola", "--epochs", 1);
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.err()).contains("labels: 0, 1");
    }

    @Test
    void badInputIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path reviews = reviews();
        refused(1, "there is no column 'text'; the file has: verdict, review", "classify", reviews);
        refused(2, "there is no format 'sst5'; there are: cola, sst2", "classify", reviews, "--format", "sst5");
        refused(2, "--format stsb is for --task regress, not classify", "classify", reviews, "--format", "stsb");
        refused(2, "drop them or it", "classify", reviews, "--format", "rte", "--text-column", "x");
        refused(2, "are for --task classify and regress, not seq2seq", "seq2seq", reviews, "--format", "rte");
        refused(
                1,
                "line 2: column 'verdict': label 'yes' is none of good, bad",
                "classify",
                reviews,
                "--text-column",
                "review",
                "--label-column",
                "verdict",
                "--labels",
                "good,bad");
        refused(
                1,
                "column 'verdict': 'yes' is no number",
                "regress",
                reviews,
                "--text-column",
                "review",
                "--label-column",
                "verdict");
        refused(2, "all examples have the label '1'", "classify", file("one.tsv", "text\tlabel", "good\t1", "bad\t1"));
        refused(
                1,
                "texts of 20 symbols are asked for; they need at least 4, and the model has 12 places",
                "classify",
                reviews,
                "--text-column",
                "review",
                "--label-column",
                "verdict",
                "--max-length",
                20);
        Files.write(
                model.resolve("vocab.txt"),
                ModelFixture.WORDS.stream()
                        .map(w -> w + "\n" + w + w)
                        .collect(Collectors.joining("\n"))
                        .lines()
                        .toList());
        refused(
                1,
                "the tokenizer has 38 tokens and the model 19",
                "classify",
                reviews,
                "--text-column",
                "review",
                "--label-column",
                "verdict");
        Files.delete(model.resolve("vocab.txt"));
        refused(
                1,
                "holds no tokenizer: it needs tokenizer.json",
                "classify",
                reviews,
                "--text-column",
                "review",
                "--label-column",
                "verdict");
    }

    private void refused(int code, String message, String task, Path train, Object... more) {
        Called called = finetune(task, train, "refused", more);
        assertThat(called.exitCode()).as(called.err()).isEqualTo(code);
        assertThat(called.err()).contains(message);
        assertThat(folder.resolve("refused")).doesNotExist();
    }
}
