package dev.rankine.lora.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.ModelFixture;
import dev.rankine.autograd.Variable;
import dev.rankine.lora.Methods;
import dev.rankine.lora.inspect.MemoryEstimate;
import dev.rankine.lora.inspect.ModelForm;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.data.TextColumns;
import dev.rankine.transformer.data.TextExamples;
import dev.rankine.transformer.data.TextExamples.Text;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes and scores of texts, where the head's answer is known in closed form. */
class TextScoringTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final int POSITIONS = 12;

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void model() throws IOException {
        model = ModelFixture.bertOfWords(folder);
    }

    private TextScoring load(List<String> labels, @Nullable Integer length) {
        return TextScoring.load(REFERENCE, model, new TextScoring.Settings(labels, false, length, 5));
    }

    /** Its head gives these logits whatever the text. */
    private TextScoring constant(List<String> labels, double... logits) {
        TextScoring task = load(labels, null);
        Map<String, Variable> weights = task.model().weights();
        Variable matrix = weights.get("classifier.weight");
        matrix.data().write(new double[Math.toIntExact(matrix.shape().size())]);
        weights.get("classifier.bias").data().write(logits);
        return task;
    }

    private TextExamples examples(@Nullable String pair, String... lines) throws IOException {
        Path file = Files.write(folder.resolve("data.tsv"), List.of(lines));
        return TextExamples.read(file, new TextColumns("text", pair, "label", true), Integer.MAX_VALUE);
    }

    private TextExamples reviews() throws IOException {
        return examples(
                null, "text\tlabel", "good film\tyes", "bad\tno", "the film is very very good\tyes", "poor\tno");
    }

    @Test
    void theAnswerIsTheLargestLogitWithItsShare() {
        TextScoring task = constant(List.of("no", "yes", "perhaps"), Math.log(2), Math.log(5), 0);
        List<TextScoring.Answer> answers = task.answer(List.of(new Text("good film", null), new Text("bad", "poor")));
        assertThat(answers).hasSize(2).allSatisfy(answer -> {
            assertThat(answer.answer()).isEqualTo("yes");
            assertThat(answer.certainty()).isCloseTo(5 / 8.0, within(1e-6));
        });
        TextScoring score = constant(List.of(), 2.5);
        assertThat(score.answer(List.of(new Text("good", null)))).containsExactly(new TextScoring.Answer("2.5", null));
        assertThat(score.answer(List.of())).isEmpty();
    }

    @Test
    void aTaskTellsWhatItIs() {
        TextScoring classes = load(List.of("no", "yes"), 7);
        assertThat(classes.kind()).isEqualTo("classify");
        assertThat(classes.labels()).containsExactly("no", "yes");
        assertThat(classes.head()).containsExactly("classifier", "bert.pooler.dense");
        assertThat(classes.backend()).isSameAs(REFERENCE);
        assertThat(classes.name()).isEqualTo(model.toString());
        assertThat(classes.fresh()).contains("classifier.weight", "classifier.bias");
        assertThat(classes.form()).isEqualTo(new ModelForm(16, 20, 0, 1, 0, false));
        assertThat(classes.file().task()).isEqualTo("classify");
        assertThat(classes.file().labels()).containsExactly("no", "yes");
        assertThat(classes.file().maxLength()).isEqualTo(7);
        assertThat(TextScoring.Settings.of(classes.file()))
                .isEqualTo(new TextScoring.Settings(List.of("no", "yes"), false, 7, 0));
        assertThat(load(List.of(), null).kind()).isEqualTo("regress");
    }

    @Test
    void longTextsAreCutAndCounted() throws IOException {
        TextScoring.Encoded whole = load(List.of("no", "yes"), POSITIONS).encode(reviews());
        assertThat(whole.size()).isEqualTo(4);
        assertThat(whole.longest()).isEqualTo(8);
        assertThat(whole.cut()).isZero();
        TextScoring.Encoded cut = load(List.of("no", "yes"), 4).encode(reviews());
        assertThat(cut.longest()).isEqualTo(4);
        assertThat(cut.cut()).isEqualTo(1);
        assertThat(cut.sources()).startsWith("good film", "bad");
        TextScoring.Encoded pairs = TextScoring.load(
                        REFERENCE, model, new TextScoring.Settings(List.of("no", "yes"), true, null, 0))
                .encode(examples("other", "text\tother\tlabel", "good\tfine\tyes", "a\tthe film\tno"));
        assertThat(pairs.sources()).containsExactly("good\tfine", "a\tthe film");
        assertThat(pairs.longest()).isEqualTo(6);
        assertThatThrownBy(() -> load(List.of("no", "yes"), POSITIONS + 1))
                .hasMessageContaining("texts of 13 symbols")
                .hasMessageContaining("the model has 12 places");
    }

    @Test
    void labelsThatTellNothingApartAreRefused() {
        assertThatThrownBy(() -> load(List.of("yes"), null)).hasMessageContaining("nothing to tell apart");
        assertThatThrownBy(() -> load(List.of("a", "b", "a"), null)).hasMessageContaining("twice: a, b, a");
    }

    /** The loss of a constant head: -log of its share for classes, a square for scores. */
    @Test
    void theLossAndTheMeasureFitTheTask() throws IOException {
        TextScoring classes = constant(List.of("no", "yes"), Math.log(3), 0);
        RunSummary summary = run(classes, reviews(), "classes");
        assertThat(summary.training().before().get("accuracy")).isEqualTo(.5);
        assertThat(summary.training().finalLoss()).isCloseTo((Math.log(4.0 / 3) + Math.log(4)) / 2, within(1e-5));
        TextScoring scores = constant(List.of(), 2);
        RunSummary regression = run(scores, examples(null, "text\tlabel", "good\t5", "bad\t0"), "scores");
        assertThat(regression.training().finalLoss()).isCloseTo((9 + 4) / 2.0, within(1e-4));
        assertThat(regression.training().before()).containsKey("pearson");
    }

    /** One step at a rate of nearly nothing: the loss that it logs is that of the start. */
    private RunSummary run(TextScoring task, TextExamples examples, String name) {
        FineTuning tuning = new FineTuning(task, Methods.named("lora"), TrainerSettings.of(1, 8, 1e-12), 0);
        TextScoring.Encoded data = task.encode(examples);
        return tuning.run(data, data, RunFolder.at(folder.resolve(name), false));
    }

    @Test
    void aTrainedHeadIsTakenOverIfItFits() throws IOException {
        TextScoring first = load(List.of("no", "yes"), null);
        TextScoring.Encoded data = first.encode(reviews());
        FineTuning tuning = new FineTuning(first, Methods.named("lora"), TrainerSettings.of(3, 2, .01), 0);
        RunFolder folderOfRun = RunFolder.at(folder.resolve("run"), false);
        tuning.run(data, data, folderOfRun);
        double[] trained =
                first.model().weights().get("classifier.weight").data().toDoubles();
        double[] logits = answers(first);

        TextScoring second = load(List.of("no", "yes"), null);
        FineTuning again = new FineTuning(second, Methods.named("lora"), TrainerSettings.of(3, 2, .01), 0);
        assertThat(again.startFrom(PeftFolder.load(folderOfRun.adapter(), REFERENCE))
                        .head())
                .isTrue();
        assertThat(second.model().weights().get("classifier.weight").data().toDoubles())
                .isEqualTo(trained);
        assertThat(answers(second)).containsExactly(logits, within(1e-6));

        TextScoring third = load(List.of("no", "yes", "perhaps"), null);
        double[] start = third.model().weights().get("classifier.weight").data().toDoubles();
        FineTuning other = new FineTuning(third, Methods.named("lora"), TrainerSettings.of(3, 2, .01), 0);
        FineTuning.Start start3 = other.startFrom(PeftFolder.load(folderOfRun.adapter(), REFERENCE));
        assertThat(start3.head()).isFalse();
        assertThat(start3.taken()).isEqualTo(start3.modules()).isPositive();
        assertThat(third.model().weights().get("classifier.weight").data().toDoubles())
                .isEqualTo(start);
        assertThat(other.task()).isSameAs(third);
    }

    private static double[] answers(TextScoring task) {
        return task.answer(List.of(new Text("good film", null), new Text("it is bad", null))).stream()
                .mapToDouble(answer -> answer.certainty() == null ? Double.NaN : answer.certainty())
                .toArray();
    }

    /** Full fine-tuning trains the head with all else; adapters have it beside them. */
    @Test
    void theHeadIsTrainedOnce() {
        TextScoring task = load(List.of("no", "yes"), null);
        FineTuning lora = new FineTuning(task, Methods.named("lora"), TrainerSettings.of(1, 2, .01), 0);
        assertThat(lora.adapted().trainedWeights().keySet())
                .containsExactlyInAnyOrder(
                        "classifier.weight", "classifier.bias", "bert.pooler.dense.weight", "bert.pooler.dense.bias");
        lora.adapted().detach();
        FineTuning full = new FineTuning(task, Methods.named("full"), TrainerSettings.of(1, 2, .01), 0);
        assertThat(full.adapted().trainedModules()).isEmpty();
        long all = task.model().weights().values().stream()
                .mapToLong(weight -> weight.shape().size())
                .sum();
        assertThat(full.adapted().trainableParameters()).isEqualTo(all);
    }

    @Test
    void theMemoryOfARunIsEstimatedFromItsLongestTexts() throws IOException {
        TextScoring task = load(List.of("no", "yes"), null);
        FineTuning tuning = new FineTuning(task, Methods.named("lora"), TrainerSettings.of(1, 64, .01), 0);
        long bytes = 4
                * Arrays.stream(task.model().weights().values().toArray(Variable[]::new))
                        .mapToLong(weight -> weight.shape().size())
                        .sum();
        MemoryEstimate expected =
                MemoryEstimate.of(task.form(), bytes, tuning.adapted().trainableParameters(), 4, 8);
        assertThat(tuning.memory(task.encode(reviews()))).isEqualTo(expected);
    }
}
