package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.BertSettings;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.data.LabelledTokens;
import dev.rankine.transformer.data.NextTokens;
import dev.rankine.transformer.data.PaddedLengths;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.data.TokenBatch;
import dev.rankine.transformer.data.TokenTexts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Batches padded to few shapes: what a device that records steps is given, and what the model makes of it. */
class FewShapesPropertyTest {
    private static final int SYMBOLS = 11;
    private final Backend backend = new ReferenceBackend();
    private final SequenceBatcher exact = new SequenceBatcher(backend, 1, 2);

    private static List<SequencePair> pairs(Random random, int count, int longest) {
        return IntStream.range(0, count)
                .mapToObj(n -> new SequencePair(ids(random, longest), ids(random, longest)))
                .toList();
    }

    private static long[] ids(Random random, int longest) {
        return random.longs(random.nextInt(1, longest + 1), 3, SYMBOLS).toArray();
    }

    @Property(tries = 100)
    void fourShapesAreAllThereAreAndNoneIsLongerThanTheData(
            @ForAll @IntRange(min = 1, max = 19) int longest, @ForAll long seed) {
        Random random = new Random(seed);
        List<SequencePair> data = pairs(random, 40, longest);
        int most = data.stream()
                .mapToInt(pair -> Math.max(pair.sourceLength(), pair.targetLength()))
                .max()
                .orElseThrow();
        SequenceBatcher batcher = exact.ofFewShapes(data);
        Set<List<Shape>> shapes = new HashSet<>();
        for (int from = 0; from < data.size(); from += 2) {
            SequenceBatch batch = batcher.batch(data.subList(from, from + 2), 0);
            shapes.add(List.of(batch.inputIds().shape(), batch.targets().shape()));
            assertThat(batch.inputIds().shape().dim(1)).isLessThanOrEqualTo(most);
            assertThat(batch.targets().shape().dim(1)).isLessThanOrEqualTo(most);
        }
        assertThat(shapes).hasSizeLessThanOrEqualTo(4);
    }

    /** Texts to go on with have no second side: four lengths are four shapes. The loss does not see the padding. */
    @Property(tries = 20)
    void textsHaveFourLengthsAndTheSameLoss(@ForAll @IntRange(min = 1, max = 19) int longest, @ForAll long seed) {
        Random random = new Random(seed);
        List<LabelledTokens> texts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            texts.addAll(NextTokens.blocks(
                    random.longs(random.nextInt(2, longest + 2), 0, SYMBOLS).toArray(), longest));
        }
        Stack stack = new Stack(1, 2, 8);
        TransformerSettings settings =
                TransformerSettings.of(SYMBOLS, 6, 24, stack, stack).dropout(Dropouts.NONE);
        TokenObjective objective =
                TokenObjective.causal(new DecoderOnly(settings, new RandomWeights(backend, DType.F64, seed)));
        PaddedLengths few = PaddedLengths.few(PaddedLengths.FEW, texts.stream().mapToInt(LabelledTokens::length));
        TokenTexts padded = new TokenTexts(texts, backend, 0, few);
        TokenTexts alone = new TokenTexts(texts, backend, 0);
        Set<Integer> lengths = new HashSet<>();
        for (int text = 0; text < texts.size(); text++) {
            TokenBatch batch = padded.batch(new int[] {text}, 0);
            assertThat(batch.ids().shape().dim(1)).isBetween(padded.length(text), few.longest());
            lengths.add(batch.ids().shape().dim(1));
            double loss = objective
                    .loss(alone.batch(new int[] {text}, 0), Pass.inference())
                    .data()
                    .item();
            assertThat(objective.loss(batch, Pass.inference()).data().item())
                    .isEqualTo(loss, within(1e-12 * Math.abs(loss)));
        }
        assertThat(lengths).hasSizeLessThanOrEqualTo(4);
    }

    /** And so it is with what a classifier says of texts. */
    @Property(tries = 20)
    void aClassifierDoesNotSeeThePadding(@ForAll @IntRange(min = 1, max = 9) int longest, @ForAll long seed) {
        Random random = new Random(seed);
        BertSettings settings = BertSettings.of(BertSettings.Kind.ROBERTA, SYMBOLS, 6, 24, new Stack(1, 2, 8), 1);
        BertClassifier model = new BertClassifier(settings, 3, new RandomWeights(backend, DType.F64, seed));
        List<long[]> texts =
                IntStream.range(0, 3).mapToObj(n -> ids(random, longest)).toList();
        double[] expected = logits(model, exact, texts);
        PaddedLengths longer = PaddedLengths.few(PaddedLengths.FEW, IntStream.of(20));
        assertThat(logits(model, new SequenceBatcher(backend, 1, 2, longer), texts))
                .containsExactly(expected, within(1e-12));
    }

    private static double[] logits(BertClassifier model, SequenceBatcher batcher, List<long[]> texts) {
        SequenceBatcher.Padded padded = batcher.pad(texts);
        return model.logits(padded.ids(), padded.mask(), null, Pass.inference())
                .data()
                .toDoubles();
    }

    @Property(tries = 100)
    void everyLengthHasAPlaceAmongTheFew(
            @ForAll @IntRange(min = 1, max = 6) int count, @ForAll @IntRange(min = 1, max = 600) int longest) {
        PaddedLengths few = PaddedLengths.few(count, IntStream.rangeClosed(1, longest));
        Set<Integer> lengths = new HashSet<>();
        for (int length = 1; length <= longest; length++) {
            assertThat(few.of(length)).isBetween(length, longest);
            lengths.add(few.of(length));
        }
        assertThat(lengths).hasSizeLessThanOrEqualTo(count).contains(longest);
        assertThat(few.of(longest + 3)).as("beyond them").isEqualTo(longest + 3);
        assertThat(PaddedLengths.EXACT.of(longest)).isEqualTo(longest);
    }

    /** Up to how sums are rounded: the mask leaves out what was added, and ignored targets have no loss. */
    @Property(tries = 20)
    void lossAndGradientsDoNotSeeThePadding(@ForAll @IntRange(min = 2, max = 9) int longest, @ForAll long seed) {
        Random random = new Random(seed);
        Stack stack = new Stack(1, 2, 8);
        TransformerSettings settings = TransformerSettings.of(SYMBOLS, 6, 24, stack, stack)
                .dropout(Dropouts.NONE)
                .initStd(.5);
        Bart model = new Bart(settings, new RandomWeights(backend, DType.F64, seed));
        List<SequencePair> some = pairs(random, 3, longest);
        // as if the data had far longer sequences than this batch
        List<SequencePair> data = List.of(new SequencePair(new long[22], new long[22]));
        Map<String, double[]> gradients = new HashMap<>();
        double loss = step(model, exact.batch(some, 0), gradients);
        Map<String, double[]> padded = new HashMap<>();
        SequenceBatch longer = exact.ofFewShapes(data).batch(some, 0);
        assertThat(longer.inputIds().shape().dim(1)).isEqualTo(11);
        assertThat(step(model, longer, padded)).isEqualTo(loss, within(1e-12 * Math.abs(loss)));
        gradients.forEach(
                (name, gradient) -> assertThat(padded.get(name)).as(name).containsExactly(gradient, within(1e-10)));
    }

    private double step(Bart model, SequenceBatch batch, Map<String, double[]> gradients) {
        model.weights().values().forEach(weight -> weight.requiresGradient(true));
        model.weights().values().forEach(Variable::clearGradient);
        int count = batch.inputIds().shape().dim(0);
        Draw draw = new Draw(
                Tensor.ofLongs(backend, Shape.of(2), 0, 0), 0, Tensor.ofLongs(backend, Shape.of(count), 0, 1, 2));
        Variable loss = new Seq2SeqObjective(model).loss(batch, Pass.training(draw));
        loss.backward();
        model.weights().forEach((name, weight) -> {
            Tensor gradient = weight.gradient();
            gradients.put(name, gradient == null ? new double[0] : gradient.toDoubles());
        });
        return loss.data().toDoubles()[0];
    }
}
