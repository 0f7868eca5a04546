package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Language modelling from files to texts, on tiny decoders with a vocabulary of words. */
class LanguageTaskTest {
    private static final List<String> WORDS = List.of(
            "<unk>", "<s>", "</s>", "the", "cat", "dog", "sat", "ran", "on", "mat", "and", "then", "it", "up", "down",
            ":", "yes", "no", "a");

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void model() throws IOException {
        model = model("llama");
    }

    private Path model(String fixture) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(fixture));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(
                    Repository.root()
                            .resolve("tests/fixtures/models")
                            .resolve(fixture)
                            .resolve(file),
                    copy.resolve(file));
        }
        Files.writeString(copy.resolve("tokenizer.json"), words("<s>", "</s>"));
        return copy;
    }

    private static String words(String start, String end) {
        List<String> words = new ArrayList<>(WORDS);
        words.set(1, start);
        words.set(2, end);
        String vocabulary = words.stream()
                .map(word -> "\"" + word + "\": " + words.indexOf(word))
                .collect(Collectors.joining(", "));
        String special = List.of(0, 1, 2).stream()
                .map(id -> "{\"id\": " + id + ", \"content\": \"" + words.get(id)
                        + "\", \"single_word\": false, \"lstrip\":"
                        + " false, \"rstrip\": false, \"normalized\": false, \"special\": true}")
                .collect(Collectors.joining(", "));
        return "{\"version\": \"1.0\", \"added_tokens\": [" + special
                + "], \"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"}, \"model\": {\"type\": \"WordLevel\", \"vocab\": {"
                + vocabulary + "}, \"unk_token\": \"<unk>\"}}";
    }

    private Path file(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines));
    }

    private Called finetune(Path train, String out, Object... more) {
        List<Object> call = new ArrayList<>(List.of("finetune", "--model", model, "--task", "lm", "--train", train));
        call.addAll(List.of("--dev", train, "--out", folder.resolve(out), "--eval-steps", 0));
        call.addAll(List.of("--backend", "reference", "--threads", 1));
        call.addAll(List.of(more));
        return Called.rankine(call.toArray());
    }

    private Called with(Path adapter, String command, Object... more) {
        List<Object> call = new ArrayList<>(List.of(command, "--model", model, "--adapter", adapter));
        call.addAll(List.of("--backend", "reference"));
        call.addAll(List.of(more));
        return Called.withInput("the cat\n", call.toArray());
    }

    private Path story() throws IOException {
        return file(
                "story.txt", "the cat sat on the mat and then it ran up", "the cat sat on the mat and then it ran up");
    }

    @ParameterizedTest
    @CsvSource({"llama, lora, 0.03", "gpt2, full, 0.01"})
    void aTextIsLearntMeasuredAndContinued(String kind, String method, double rate) throws IOException {
        if (!kind.equals("llama")) {
            model = model(kind);
            Files.writeString(model.resolve("tokenizer.json"), words("<x>", "<y>"));
        }
        Called called = finetune(
                story(), "run", "--method", method, "--epochs", 60, "--batch", 2, "--lr", rate, "--max-length", 12);
        assertThat(called.exitCode()).as(called.err()).isZero();
        RunFolder run = RunFolder.at(folder.resolve("run"), true);
        Map<String, Double> before = run.summary().training().before();
        Map<String, Double> after = run.summary().training().after();
        assertThat(after).containsOnlyKeys("token_loss", "perplexity");
        assertThat(after.get("token_loss")).isLessThan(before.get("token_loss") / 4);
        assertThat(after.get("perplexity")).isCloseTo(Math.exp(after.get("token_loss")), within(1e-12));
        assertThat(run.predictions().read()).hasSize(2);

        Called measured = with(run.adapter(), "evaluate", "--task", "lm", "--dev", story());
        assertThat(measured.exitCode()).as(measured.err()).isZero();
        assertThat(measured.out())
                .containsSubsequence(
                        "token loss",
                        "perplexity",
                        String.format(Locale.ROOT, "%.4f", after.get("token_loss")),
                        "2 examples of");
        for (Object[] how : new Object[][] {{}, {"--beams", 3}, {"--sample", "--top-k", 1}}) {
            List<Object> options = new ArrayList<>(List.of("--max-new", 4));
            options.addAll(List.of(how));
            Called written = with(run.adapter(), "predict", options.toArray());
            assertThat(written.out()).as(written.err()).isEqualTo("the cat\t sat on the mat\n");
        }
    }

    @Test
    void onlyTheAnswersOfATemplateAreLearntAndTheAdapterKnowsTheTemplate() throws IOException {
        Path template = file("template.txt", "the {who} ran : {reply}");
        Path rows = file("rows.tsv", "who\tverdict", "cat\tyes", "dog\tno", "mat\tit sat");
        Called called = finetune(
                rows,
                "run",
                "--method",
                "salora",
                "--rank",
                4,
                "--epochs",
                80,
                "--batch",
                3,
                "--lr",
                "0.03",
                "--template",
                template,
                "--column",
                "reply=verdict");
        assertThat(called.exitCode()).as(called.err()).isZero();
        RunFolder run = RunFolder.at(folder.resolve("run"), true);
        assertThat(run.summary().training().after().get("token_loss")).isLessThan(.2);
        assertThat(run.predictions().read().get(1).source()).isEqualTo("the dog ran : ");
        assertThat(run.predictions().read().get(1).reference()).isEqualTo("no");
        // "no" and the end
        assertThat(run.predictions().read().get(1).parts().get("token_loss").size())
                .isEqualTo(2);
        Called answered = Called.withInput(
                "dog\nmat\n", "predict", "--model", model, "--adapter", run.adapter(), "--backend", "reference");
        assertThat(answered.out()).as(answered.err()).isEqualTo("dog\tno\nmat\tit sat\n");
        Called rowByRow = Called.rankine(
                "predict",
                "--model",
                model,
                "--adapter",
                run.adapter(),
                "--backend",
                "reference",
                "--columns",
                "who",
                file("asked.csv", "verdict,who", "?,dog", "?,mat"));
        assertThat(rowByRow.out()).as(rowByRow.err()).isEqualTo(answered.out());
    }

    @Test
    void textsBetweenSeparatorsAndInColumnsAreTextsOfTheirOwn() throws IOException {
        Path stories = file("stories.txt", "the cat sat", "---", "the dog ran up and down", "---");
        Path rows = file("rows.jsonl", "{\"story\": \"the cat sat\"}", "{\"story\": \"the dog ran up and down\"}");
        String parted = evaluated(stories, "--separator", "---");
        assertThat(parted).contains("2 examples of");
        assertThat(evaluated(rows, "--text-column", "story").lines().toList().get(1))
                .isEqualTo(parted.lines().toList().get(1));
        assertThat(evaluated(stories, "--separator", "---", "--max-length", 3)).contains("5 examples of");
        assertThat(evaluated(stories, "--separator", "---", "--max-length", 3, "--limit-dev", 3))
                .contains("3 examples of");
    }

    private String evaluated(Path dev, Object... more) {
        List<Object> call = new ArrayList<>(List.of("evaluate", "--model", model, "--task", "lm", "--dev", dev));
        call.addAll(List.of("--backend", "reference"));
        call.addAll(List.of(more));
        Called called = Called.rankine(call.toArray());
        assertThat(called.exitCode()).as(called.err()).isZero();
        return called.out();
    }

    @Test
    void badInputIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path story = story();
        Path rows = file("rows.tsv", "who\treply", "cat\tyes");
        refused(2, "--text-column and --no-header", story, "--text-column", "text");
        refused(2, "has a text in every row: drop --separator", rows, "--separator", "x");
        refused(1, "the separator '---' does not occur", story, "--separator", "---");
        refused(1, "there is no column 'text'; the file has: who, reply", rows);
        refused(2, "no template of that name; there are: alpaca, alpaca-short", rows, "--template", "alpacca");
        refused(1, "there is no column 'instruction'", rows, "--template", "alpaca");
        refused(
                2,
                "the template has no such name; it has: text, answer",
                rows,
                "--template",
                "style-formal",
                "--column",
                "x=who");
        refused(2, "there is none", rows, "--column", "x=who");
        refused(2, "drop --text-column and --separator", rows, "--template", "alpaca", "--text-column", "who");
        refused(2, "are for --task classify and regress, not lm", rows, "--label-column", "reply");
        refused(
                1,
                "texts of 64 symbols are asked for; they need at least 2, and the model has 32",
                story,
                "--max-length",
                64);
        Path wide = file("wide.tsv", "text\tanswer", "cat\tyes");
        refused(1, "example 1: the prompt alone has", wide, "--template", "style-formal", "--max-length", 8);
        Files.writeString(model.resolve("tokenizer.json"), words("</s>", "<s>"));
        refused(1, "the tokenizer's bos token has the id 2, config.json says 'bos_token_id' 1", story);
        Called sampling = Called.withInput("a\n", "predict", "--model", model, "--top-k", 3);
        assertThat(sampling.exitCode()).isEqualTo(2);
        assertThat(sampling.err()).contains("need --sample");
    }

    private void refused(int code, String message, Path train, Object... more) {
        List<Object> options = new ArrayList<>(List.of("--method", "lora", "--epochs", 1));
        options.addAll(List.of(more));
        Called called = finetune(train, "refused", options.toArray());
        assertThat(called.exitCode()).as(called.err()).isEqualTo(code);
        assertThat(called.err()).contains(message);
        assertThat(folder.resolve("refused")).doesNotExist();
    }
}
