package dev.rankine.lora.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.autograd.Variable;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.TrainerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LearningWatchTest {
    private final Backend backend = Backends.choose("reference", 1).backend();
    private final List<String> words = new ArrayList<>();

    private final Seq2Seq task = Seq2Seq.fresh(
            "tiny",
            backend,
            TransformerSettings.of(
                    6, 4, 8, new TransformerSettings.Stack(1, 2, 4), new TransformerSettings.Stack(1, 2, 4)),
            CharacterVocabulary.of(List.of("ab")),
            CharacterVocabulary.of(List.of("AB")),
            5);

    private void train(AdaptedModel adapted) {
        Seq2Seq.Encoded data = task.encode(List.of(new TextPair("ab", "AB"), new TextPair("ba", "BA")));
        task.trainer(TrainerSettings.of(4, 1, 1e-2).withSteps(1, 0, 0), data, adapted.controller())
                .listen(new LearningWatch(adapted, words::add))
                .train();
    }

    private AdaptedModel adapted() {
        return Methods.named("lora").with(Map.of("rank", "2")).attach(task.model(), new Method.Run(0, 0));
    }

    @Test
    void aRunThatLearnsIsNotDisturbed() {
        train(adapted());
        assertThat(words).isEmpty();
    }

    /** Weights behind the last adapters are zero: nothing comes back through them. */
    @Test
    void adaptersWithoutAGradientAreNamed() {
        Variable down = task.model().weights().get("model.encoder.layers.0.fc2.weight");
        down.data().write(new double[Math.toIntExact(down.shape().size())]);
        AdaptedModel adapted = Methods.named("lora")
                .with(Map.of("rank", "2", "targets", "fc1"))
                .attach(task.model(), new Method.Run(0, 0));
        train(adapted);
        assertThat(words)
                .singleElement()
                .asString()
                .contains("1 of 2 adapters have no gradient at step 3", "model.encoder.layers.0.fc1");
    }

    private static MetricsEntry line(long step, Map<String, Double> numbers) {
        return new MetricsEntry(step, numbers);
    }

    @Test
    void aLossThatStandsStillIsToldOnce() {
        LearningWatch watch = new LearningWatch(adapted(), words::add);
        for (int step = 1; step <= 30; step++) {
            watch.onLog(line(step, Map.of(MetricsEntry.LOSS, step < 4 ? 3.0 / step : 2.0 + step * 1e-9)));
            assertThat(words).hasSize(step < 13 ? 0 : 1);
        }
        assertThat(words.getFirst()).contains("step 13", "2.000000", "learning rate");
    }

    @Test
    void aModelWithoutTripletsIsToldOnce() {
        LearningWatch watch = new LearningWatch(adapted(), words::add);
        for (double density : new double[] {1, .5, 0, 0}) {
            watch.onLog(line(1, Map.of("density", density)));
        }
        assertThat(words).singleElement().asString().contains("every triplet is pruned");
    }
}
