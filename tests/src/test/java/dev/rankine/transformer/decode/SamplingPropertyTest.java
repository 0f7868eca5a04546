package dev.rankine.transformer.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What is drawn: only what top-k and top-p keep, with the probabilities of the softmax, the same for the same numbers. */
class SamplingPropertyTest {
    private static float[] scores(long seed, int vocabulary) {
        float[] scores = new float[vocabulary];
        for (int v = 0; v < vocabulary; v++) {
            scores[v] = (float) (2 * Philox.normal(seed, 1, 0, 0, v));
        }
        return scores;
    }

    private static double[] probabilities(float[] scores, double temperature) {
        double[] weights = IntStream.range(0, scores.length)
                .mapToDouble(v -> Math.exp(scores[v] / temperature))
                .toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    @Property(tries = 200)
    void onlyWhatIsKeptIsDrawn(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 9) int vocabulary,
            @ForAll @IntRange(min = 1, max = 10) int topK,
            @ForAll @DoubleRange(min = 0.01, max = 1) double topP,
            @ForAll @DoubleRange(min = 0.2, max = 3) double temperature) {
        float[] scores = scores(seed, vocabulary);
        double[] p = probabilities(scores, temperature);
        Sampling sampling = new Sampling(temperature, topK, topP, seed, 0);
        double ofTop =
                Arrays.stream(p).map(x -> -x).sorted().limit(topK).map(x -> -x).sum();
        for (int step = 0; step < 20; step++) {
            int drawn = sampling.choice().choose(scores, 0, vocabulary, 0, step);
            double more =
                    IntStream.range(0, vocabulary).filter(v -> p[v] > p[drawn]).count();
            double massBefore = IntStream.range(0, vocabulary)
                    .filter(v -> p[v] > p[drawn])
                    .mapToDouble(v -> p[v])
                    .sum();
            assertThat(more).isLessThan(topK);
            assertThat(massBefore).isLessThan(topP * ofTop + 1e-9);
        }
    }

    @Property(tries = 50)
    void aRowsDrawDoesNotDependOnItsBatch(@ForAll long seed, @ForAll @IntRange(max = 5) int row) {
        float[] scores = scores(seed, 7);
        int inBatch = Sampling.of(1, seed).choice().choose(scores, 0, 7, row, 3);
        int alone = new Sampling(1, 7, 1, seed, row).choice().choose(scores, 0, 7, 0, 3);
        assertThat(inBatch).isEqualTo(alone);
    }

    @Example
    void drawsFollowTheSoftmax() {
        float[] scores = scores(4, 6);
        double[] p = probabilities(scores, 1.5);
        Choice choice = Sampling.of(1.5, 9).choice();
        int draws = 20_000;
        int[] counts = new int[6];
        for (int step = 0; step < draws; step++) {
            counts[choice.choose(scores, 0, 6, 0, step)]++;
        }
        for (int v = 0; v < 6; v++) {
            // five standard deviations
            double deviation = Math.sqrt(p[v] * (1 - p[v]) / draws);
            assertThat((double) counts[v] / draws).isBetween(p[v] - 5 * deviation, p[v] + 5 * deviation);
        }
    }
}
