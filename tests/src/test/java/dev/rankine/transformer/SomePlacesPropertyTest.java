package dev.rankine.transformer;

import static dev.rankine.transformer.Closeness.assertClose;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.autograd.op.Multiply;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Scoring some places of a text is scoring all and looking at those, gradients included. */
class SomePlacesPropertyTest {
    @Provide
    Arbitrary<ModelCase> models() {
        return ModelCase.arbitrary();
    }

    @Property(tries = 60)
    void areRowsOfTheWhole(@ForAll("models") ModelCase sample, @ForAll long seed) {
        DecoderOnly model = sample.decoderOnly();
        model.weights().values().forEach(weight -> weight.requiresGradient(true));
        Tensor ids = sample.targetIds();
        Tensor places = somePlaces(sample, seed);
        Variable some = model.logitsAt(places, ids, null, Pass.inference());
        Variable whole = model.logits(ids, null, Pass.inference());
        int all = sample.batch() * sample.target();
        Variable expected = Embedding.embedding(
                places, Reshape.reshape(whole, Shape.of(all, whole.shape().dim(2))));
        double tolerance = sample.machine().tolerance();
        assertClose(some.data(), expected.data(), tolerance);

        Variable direction = Variable.constant(sample.normal(1, some.shape()));
        List<Tensor> wanted = gradients(model, Multiply.multiply(expected, direction));
        List<Tensor> found = gradients(model, Multiply.multiply(some, direction));
        for (int i = 0; i < wanted.size(); i++) {
            assertClose(found.get(i), wanted.get(i), 10 * tolerance);
        }
    }

    /** None, some or all places of a batch, in any order. */
    private static Tensor somePlaces(ModelCase sample, long seed) {
        List<Integer> places = Arrays.asList(
                IntStream.range(0, sample.batch() * sample.target()).boxed().toArray(Integer[]::new));
        Random random = new Random(seed);
        Collections.shuffle(places, random);
        long[] some = places.stream()
                .limit(random.nextInt(places.size() + 1))
                .mapToLong(place -> place)
                .toArray();
        return Tensor.ofLongs(sample.machine().backend(), Shape.of(some.length), some);
    }

    private static List<Tensor> gradients(DecoderOnly model, Variable outputs) {
        model.weights().values().forEach(Variable::clearGradient);
        Sum.sum(outputs, 0, 1).backward();
        return model.weights().values().stream()
                .map(weight -> {
                    Tensor gradient = weight.gradient();
                    return gradient == null ? weight.data().affine(0, 0) : gradient.clone(gradient.dtype());
                })
                .toList();
    }
}
