package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.transformer.metric.Bleu;
import dev.rankine.transformer.train.Outcome.Part;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OverlapMeasureTest {
    private static OverlapMeasure of(List<String> predictions, List<String> references) {
        List<Outcome> outcomes = IntStream.range(0, predictions.size())
                .mapToObj(
                        i -> new Outcome("", references.get(i), predictions.get(i), Map.of("exact", Part.ofExample(i))))
                .toList();
        return new OverlapMeasure(new Measure() {
            @Override
            public Map<String, Double> evaluate() {
                return Map.of("exact", 0.5);
            }

            @Override
            public List<Outcome> outcomes() {
                return outcomes;
            }
        });
    }

    @Test
    void rightTextsShareAllAndOthersNothing() {
        List<String> texts = List.of("a man in the park", "two dogs run on a beach");
        Map<String, Double> all = of(texts, texts).evaluate();
        assertThat(all.get("bleu")).isCloseTo(100, within(1e-12));
        assertThat(all).containsEntry("exact", 0.5).containsEntry("rouge1", 1.0).containsEntry("rougeL", 1.0);
        assertThat(of(List.of("x y", "z"), texts).evaluate())
                .containsEntry("bleu", 0.0)
                .containsEntry("rouge2", 0.0);
    }

    @Test
    void rougeIsTheMeanOverExamplesAndBleuThatOfTheCorpus() {
        List<String> predictions = List.of("the cat sat", "a dog");
        List<String> references = List.of("the cat ran", "a dog ran home");
        OverlapMeasure measure = of(predictions, references);
        Map<String, Double> metrics = measure.evaluate();
        // F1 of 2 of 3 and 3 words; of 2 of 2 and 4
        assertThat(metrics.get("rouge1")).isCloseTo((2 / 3.0 + 4 / 6.0) / 2, within(1e-15));
        assertThat(metrics.get("rouge2")).isCloseTo((1 / 2.0 + 2 / 4.0) / 2, within(1e-15));
        assertThat(metrics.get("bleu")).isEqualTo(Bleu.of(predictions, references));
        assertThat(measure.outcomes().getFirst().parts()).containsOnlyKeys("exact", "rouge1", "rouge2", "rougeL");
    }
}
