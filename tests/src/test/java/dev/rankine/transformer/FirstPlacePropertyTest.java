package dev.rankine.transformer;

import static dev.rankine.transformer.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Expand;
import dev.rankine.autograd.op.Multiply;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Slice;
import dev.rankine.autograd.op.Square;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.KeyValueSite;
import dev.rankine.transformer.site.ResidualSite;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What a classifier reads, computed for one place alone, is what the whole stack has there, gradients included. */
class FirstPlacePropertyTest {
    /** Which kinds of adapters sit in the model. */
    private record Occupants(boolean prompt, boolean prefix, boolean bottleneck) {
        void take(ModelCase sample, EncoderOnly model) {
            if (prompt) {
                Variable rows = Variable.constant(
                        sample.normal(7, Shape.of(1, 2, sample.settings().width())));
                model.sites()
                        .input()
                        .forEach(site -> site.occupy((batch, pass) ->
                                Expand.expand(rows, rows.shape().with(0, batch))));
            }
            if (prefix) {
                for (KeyValueSite site : model.sites().keyValue()) {
                    Shape rows = Shape.of(sample.batch(), site.heads(), 3, site.headWidth());
                    Variable keys = Variable.constant(sample.normal(8, rows));
                    Variable values = Variable.constant(sample.normal(9, rows));
                    site.occupy((batch, pass) -> new KeyValueSite.Extra(keys, values));
                }
            }
            if (bottleneck) {
                model.sites()
                        .residual()
                        .forEach(site -> site.occupy(new ResidualSite.Adaptation() {
                            @Override
                            public Variable beforeAdd(Variable h, Pass pass) {
                                return h.plus(Square.square(h));
                            }
                        }));
            }
        }
    }

    @Provide
    Arbitrary<ModelCase> models() {
        return ModelCase.arbitrary();
    }

    @Provide
    Arbitrary<Occupants> occupants() {
        Arbitrary<Boolean> either = Arbitraries.of(true, false);
        return Combinators.combine(either, either, either).as(Occupants::new);
    }

    @Property(tries = 100)
    void isTheWholeStackSeenFromThere(@ForAll("models") ModelCase sample, @ForAll("occupants") Occupants occupants) {
        EncoderOnly model = sample.encoderOnly();
        model.weights().values().forEach(weight -> weight.requiresGradient(true));
        occupants.take(sample, model);
        Tensor ids = sample.sourceIds();
        Tensor mask = sample.sourceMask();
        Variable whole = model.apply(ids, mask, Pass.inference()).states();
        int place = whole.shape().dim(1) - sample.source();
        Shape one = Shape.of(sample.batch(), sample.settings().width());
        Variable expected = Reshape.reshape(Slice.slice(whole, 1, place, place + 1), one);
        Variable alone = model.first(ids, mask, null, Pass.inference());
        assertClose(alone.data(), expected.data(), sample.machine().tolerance());

        Variable direction = Variable.constant(sample.normal(1, one));
        Map<String, double[]> wanted = gradients(model, Multiply.multiply(expected, direction));
        gradients(model, Multiply.multiply(alone, direction)).forEach((name, gradient) -> {
            assertThat(wanted).containsKey(name);
            // sums over all places, of terms that the squares of bottlenecks make large
            assertClose(gradient, wanted.get(name), 100 * sample.machine().tolerance());
        });
    }

    private static Map<String, double[]> gradients(EncoderOnly model, Variable outputs) {
        model.weights().values().forEach(Variable::clearGradient);
        Sum.sum(outputs, 0, 1).backward();
        Map<String, double[]> gradients = new LinkedHashMap<>();
        model.weights().forEach((name, weight) -> {
            Tensor gradient = weight.gradient();
            assertThat(gradient).as(name).isNotNull();
            gradients.put(name, gradient.toDoubles());
        });
        return gradients;
    }
}
