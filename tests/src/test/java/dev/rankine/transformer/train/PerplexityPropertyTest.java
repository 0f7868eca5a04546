package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.data.LabelledTokens;
import dev.rankine.transformer.data.NextTokens;
import dev.rankine.transformer.data.TokenTexts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Perplexity is a property of model and text, not of how the text is read. */
class PerplexityPropertyTest {
    private static final Backend EXACT = Machine.EXACT.backend();
    private static final int VOCABULARY = 11;
    private static final int PLACES = 12;
    private static final DecoderOnly MODEL = new DecoderOnly(
            TransformerSettings.of(
                    VOCABULARY,
                    8,
                    PLACES,
                    new TransformerSettings.Stack(1, 2, 8),
                    new TransformerSettings.Stack(2, 2, 8)),
            new RandomWeights(EXACT, DType.F64, 5));

    private static List<LabelledTokens> texts(long seed, int count) {
        Random random = new Random(seed);
        List<LabelledTokens> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.addAll(NextTokens.blocks(
                    random.longs(2 + random.nextInt(20), 0, VOCABULARY).toArray(), PLACES));
            texts.add(NextTokens.answer(
                    random.longs(1 + random.nextInt(6), 0, VOCABULARY).toArray(),
                    random.longs(1 + random.nextInt(6), 0, VOCABULARY).toArray(),
                    PLACES));
        }
        return texts;
    }

    private static PerplexityMeasure measure(TokenObjective objective, List<LabelledTokens> texts, int places) {
        List<PerplexityMeasure.Text> written = texts.stream()
                .map(text -> new PerplexityMeasure.Text("", String.valueOf(text.count())))
                .toList();
        return new PerplexityMeasure(objective, new TokenTexts(texts, EXACT, 0), written, places);
    }

    @Property(tries = 20)
    void neitherDependsOnHowTextsArePutTogether(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int count,
            @ForAll @IntRange(min = 1, max = 100) int places) {
        TokenObjective objective = TokenObjective.causal(MODEL);
        List<LabelledTokens> texts = texts(seed, count);
        Map<String, Double> alone = measure(objective, texts, 1).evaluate();
        PerplexityMeasure together = measure(objective, texts, places);
        Map<String, Double> metrics = together.evaluate();
        assertThat(metrics.get("token_loss")).isCloseTo(alone.get("token_loss"), within(1e-12));

        List<LabelledTokens> other = new ArrayList<>(texts);
        Collections.shuffle(other, new Random(seed));
        assertThat(measure(objective, other, 3 * PLACES).evaluate().get("token_loss"))
                .isCloseTo(alone.get("token_loss"), within(1e-12));

        // e^(sum over all symbols / their number), of texts of unequal lengths
        double sum = 0;
        double symbols = 0;
        for (LabelledTokens text : texts) {
            TokenTexts one = new TokenTexts(List.of(text), EXACT, 0);
            sum += objective
                    .loss(one.batch(new int[] {0}, 0), Pass.inference())
                    .data()
                    .toDoubles()[0];
            symbols += text.count();
        }
        assertThat(metrics.get("perplexity")).isCloseTo(Math.exp(sum / symbols), within(1e-10));
        assertThat(Outcome.metrics(
                                together.outcomes().stream().map(Outcome::parts).toList())
                        .get("token_loss"))
                .isCloseTo(metrics.get("token_loss"), within(1e-12));
    }

    @Property(tries = 20)
    void theLossOfABatchIsTheSumOfThoseOfItsTexts(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int count) {
        TokenObjective objective = TokenObjective.causal(MODEL);
        TokenTexts data = new TokenTexts(texts(seed, count), EXACT, 3);
        int[] all = new int[data.size()];
        double apart = 0;
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
            apart += objective
                    .loss(data.batch(new int[] {i}, i), Pass.inference())
                    .data()
                    .toDoubles()[0];
        }
        var batch = data.batch(all, 0);
        assertThat(objective.loss(batch, Pass.inference()).data().toDoubles()[0])
                .isCloseTo(apart, within(1e-10));
        assertThat(batch.count())
                .isEqualTo(
                        data.texts().stream().mapToLong(LabelledTokens::count).sum());
    }

    /** A model to which all symbols are alike has as many choices as there are symbols. */
    @Example
    void thePerplexityOfNoKnowledgeIsTheVocabulary() {
        TokenObjective uniform = new TokenObjective((batch, pass) -> {
            Shape scores = Shape.of(Math.toIntExact(batch.count()), VOCABULARY);
            return Variable.constant(Tensor.zeros(EXACT, DType.F64, scores));
        });
        Map<String, Double> metrics = measure(uniform, texts(1, 3), 20).evaluate();
        assertThat(metrics.get("perplexity")).isCloseTo(VOCABULARY, within(1e-10));
        assertThat(metrics.get("token_loss")).isCloseTo(Math.log(VOCABULARY), within(1e-12));
    }

    @Example
    void evaluationsThatMeanNothingAreRefused() {
        TokenObjective objective = TokenObjective.causal(MODEL);
        assertThatThrownBy(() -> measure(objective, List.of(), 4)).hasMessageContaining("at least one text");
        assertThatThrownBy(() -> measure(objective, texts(2, 1), 4).outcomes())
                .hasMessageContaining("before the first evaluation");
    }
}
