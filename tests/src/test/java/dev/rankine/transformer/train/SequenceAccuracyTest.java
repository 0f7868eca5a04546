package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Square;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.text.CharacterVocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SequenceAccuracyTest {
    private static final SequenceBatcher BATCHER = new SequenceBatcher(Toy.REFERENCE, 0, 1);
    private static final CharacterVocabulary SYMBOLS = CharacterVocabulary.of(List.of());

    private static SequencePair pair(long... symbols) {
        long[] ids = new long[symbols.length + 2];
        ids[0] = 1;
        System.arraycopy(symbols, 0, ids, 1, symbols.length);
        ids[symbols.length + 1] = 2;
        return new SequencePair(ids, ids);
    }

    private static Map<String, Double> evaluate(List<SequencePair> pairs, List<long[]> predictions, int batch) {
        int[] next = {0};
        Predictor predictor = (ids, mask) -> {
            int from = next[0];
            next[0] += ids.shape().dim(0);
            return predictions.subList(from, next[0]);
        };
        return new SequenceAccuracy(predictor, BATCHER, pairs, SYMBOLS, batch).evaluate();
    }

    @Test
    void exactMatchAndErrorRateByHand() {
        List<SequencePair> pairs = List.of(pair(4, 5, 6), pair(7, 8), pair(9));
        // right; one wrong symbol; two too many. Special symbols and what follows the end do not count.
        List<long[]> predictions =
                List.of(new long[] {1, 4, 5, 0, 6, 2, 9, 9}, new long[] {7, 3, 9, 2}, new long[] {9, 4, 4});
        Map<String, Double> metrics = evaluate(pairs, predictions, 3);
        assertThat(metrics.get("exact")).isCloseTo(1 / 3.0, within(1e-15));
        assertThat(metrics.get("error_rate")).isCloseTo(3 / 6.0, within(1e-15));
        assertThat(evaluate(pairs, predictions, 1)).isEqualTo(metrics);
        assertThat(evaluate(pairs, predictions, 2)).isEqualTo(metrics);
    }

    @Test
    void anUnknownSymbolInTheReferenceIsNeverMet() {
        Map<String, Double> metrics = evaluate(List.of(pair(4, 3)), List.of(new long[] {4, 3, 2}), 1);
        assertThat(metrics).containsEntry("exact", 0.0).containsEntry("error_rate", 0.5);
    }

    @Test
    void sourcesArePaddedAndGradientsAreOff() {
        List<Tensor> seen = new ArrayList<>();
        Variable w = Variable.parameter(Tensor.of(Toy.REFERENCE, DType.F32, Shape.of(1), 2));
        Predictor predictor = (ids, mask) -> {
            assertThat(Square.square(w).requiresGradient()).isFalse();
            seen.add(ids);
            seen.add(mask);
            return List.of(new long[] {2}, new long[] {4, 5, 2});
        };
        new SequenceAccuracy(predictor, BATCHER, List.of(pair(4), pair(4, 5)), SYMBOLS, 250).evaluate();
        assertThat(seen.get(0).toLongs()).containsExactly(1, 4, 2, 0, 1, 4, 5, 2);
        assertThat(seen.get(1).toDoubles()).containsExactly(1, 1, 1, 0, 1, 1, 1, 1);
        assertThat(Square.square(w).requiresGradient()).isTrue();
    }

    @Test
    void evaluationsThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> evaluate(List.of(), List.of(), 1)).hasMessageContaining("at least one pair");
        assertThatThrownBy(() -> evaluate(List.of(pair(4)), List.of(new long[0]), 0))
                .hasMessageContaining("batch");
        assertThatThrownBy(() -> evaluate(List.of(pair()), List.of(new long[0]), 1))
                .hasMessageContaining("empty");
        Predictor none = (ids, mask) -> List.of();
        assertThatThrownBy(() -> new SequenceAccuracy(none, BATCHER, List.of(pair(4)), SYMBOLS, 1).evaluate())
                .hasMessageContaining("0 predictions for 1 sources");
    }
}
