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
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
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
    private final SequenceBatcher exact = new SequenceBatcher(backend, 1, 2, 1);

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
