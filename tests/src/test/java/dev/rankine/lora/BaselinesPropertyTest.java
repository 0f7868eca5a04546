package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Activation;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.EncoderOnly;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.site.ResidualSite;
import dev.rankine.transformer.site.ResidualSite.Sublayer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Bottleneck adapters, prefixes, prompts and full fine-tuning: how many numbers they have, where they stand, what they compute. */
class BaselinesPropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Method.Run RUN = new Method.Run(7, 0);

    /** The form of a model. */
    record Form(int heads, int headWidth, int encoderLayers, int decoderLayers, int feedForward) {
        int width() {
            return heads * headWidth;
        }

        TransformerSettings settings() {
            return TransformerSettings.of(
                    9,
                    width(),
                    32,
                    new Stack(encoderLayers, heads, feedForward),
                    new Stack(decoderLayers, heads, feedForward));
        }

        RandomWeights weights() {
            return new RandomWeights(REFERENCE, DType.F32, 3);
        }
    }

    @Provide
    Arbitrary<Form> forms() {
        Arbitrary<Integer> few = Arbitraries.integers().between(1, 3);
        return Combinators.combine(few, few, few, few, Arbitraries.integers().between(1, 5))
                .as(Form::new);
    }

    private static long trained(Method method, Form form) {
        return method.attach(new Bart(form.settings(), form.weights()), RUN).trainableParameters();
    }

    @Property(tries = 60)
    void bottlenecksHaveAsManyNumbersAsTheFormulaSays(
            @ForAll("forms") Form form, @ForAll @IntRange(min = 1, max = 9) int m) {
        Map<String, String> settings = Map.of("bottleneck", "" + m);
        long block = 2L * form.width() * m + m + form.width();
        int sublayers = 2 * form.encoderLayers() + 3 * form.decoderLayers();
        assertThat(trained(Methods.named("houlsby").with(settings), form)).isEqualTo(sublayers * block);
        int layers = form.encoderLayers() + form.decoderLayers();
        assertThat(trained(Methods.named("pfeiffer").with(settings), form)).isEqualTo(layers * block);
        EncoderOnly encoder = new EncoderOnly(form.settings(), form.weights());
        long ofLayer =
                Methods.named("houlsby").with(settings).attach(encoder, RUN).trainableParameters()
                        / form.encoderLayers();
        assertThat(ofLayer).isEqualTo(2 * block);
    }

    @Property(tries = 60)
    void prefixesAndPromptsHaveAsManyNumbersAsTheFormulaSays(
            @ForAll("forms") Form form,
            @ForAll @IntRange(min = 1, max = 9) int length,
            @ForAll @IntRange(min = 1, max = 6) int hidden) {
        int d = form.width();
        int attentions = form.encoderLayers() + 2 * form.decoderLayers();
        Map<String, String> settings = Map.of("length", "" + length);
        long rows = (long) length * attentions * 2 * d;
        assertThat(trained(Methods.named("prefix").with(settings), form)).isEqualTo(rows);
        assertThat(trained(Methods.named("prompt").with(settings), form)).isEqualTo((long) length * d);
        Method network = Methods.named("prefix").with(settings).with(Map.of("hidden", "" + hidden));
        AdaptedModel adapted = network.attach(new Bart(form.settings(), form.weights()), RUN);
        long shared = (long) length * d + hidden * d + hidden;
        assertThat(adapted.trainableParameters()).isEqualTo(shared + attentions * (2L * d * hidden + 2 * d));
        adapted.controller().finish();
        assertThat(adapted.retainedParameters()).isEqualTo(rows);
        DecoderOnly decoder = new DecoderOnly(form.settings(), form.weights());
        assertThat(Methods.named("prefix").with(settings).attach(decoder, RUN).trainableParameters())
                .isEqualTo((long) length * form.decoderLayers() * 2 * d);
    }

    /** Counts that papers print for RoBERTa: 40 rows and the head of a classifier. */
    @ParameterizedTest
    @CsvSource({"12, 768, 592130, 1.33, .62", "24, 1024, 1051650, 3.02, 1.09"})
    void theFormulasGiveThePrintedCounts(int layers, int d, long head, double prefix, double prompt) {
        assertThat((40L * layers * 2 * d + head) / 1e6).isCloseTo(prefix, within(.005));
        assertThat((40L * d + head) / 1e6).isCloseTo(prompt, within(.005));
    }

    // ---- bottlenecks ----

    @ParameterizedTest
    @EnumSource(BottleneckMethod.Placement.class)
    void aBottleneckIsTheFormulaAtItsPlaceOnly(BottleneckMethod.Placement placement) {
        int d = 4;
        int m = 3;
        FreshWeights fresh = new FreshWeights(new RandomWeights(REFERENCE, DType.F64, 5));
        Bottleneck bottleneck = Bottleneck.start("fc2.adapter", d, m, Activation.RELU, 1, fresh);
        bottleneck.downBias().data().write(.3, -.2, .5);
        bottleneck.upBias().data().write(.1, .2, .3, .4);
        ResidualSite site = new ResidualSite("fc2", Sublayer.FEED_FORWARD, d);
        new BottleneckAdapter(site, placement, bottleneck).attach();
        double[] h = new double[2 * 3 * d];
        Arrays.setAll(h, i -> Philox.normal(1, 2, 0, 0, i));
        Variable in = Variable.constant(Tensor.of(REFERENCE, DType.F64, Shape.of(2, 3, d), h));
        double[] expected = formula(bottleneck, h, d, m);
        boolean before = placement == BottleneckMethod.Placement.HOULSBY;
        double[] beforeAdd = site.beforeAdd(in, Pass.inference()).data().toDoubles();
        double[] afterNorm = site.afterNorm(in, Pass.inference()).data().toDoubles();
        assertThat(before ? beforeAdd : afterNorm).containsExactly(expected, within(1e-12));
        assertThat(before ? afterNorm : beforeAdd).isEqualTo(h);
    }

    /** h + U max(0, D h + b1) + b2, loop by loop. */
    private static double[] formula(Bottleneck bottleneck, double[] h, int d, int m) {
        double[] down = bottleneck.down().data().toDoubles();
        double[] b1 = bottleneck.downBias().data().toDoubles();
        double[] up = bottleneck.up().data().toDoubles();
        double[] b2 = bottleneck.upBias().data().toDoubles();
        double[] y = h.clone();
        for (int row = 0; row < h.length / d; row++) {
            for (int j = 0; j < m; j++) {
                double narrow = b1[j];
                for (int i = 0; i < d; i++) {
                    narrow += down[j * d + i] * h[row * d + i];
                }
                for (int i = 0; i < d; i++) {
                    y[row * d + i] += up[i * m + j] * Math.max(0, narrow);
                }
            }
            for (int i = 0; i < d; i++) {
                y[row * d + i] += b2[i];
            }
        }
        return y;
    }

    @Test
    void theStartIsAsNearTheIdentityAsItsSpread() {
        SmallBart bart = new SmallBart(REFERENCE, DType.F32, 11);
        double[] bare = bart.logits();
        double last = Double.POSITIVE_INFINITY;
        for (String spread : List.of("0.3", "0.03", "0.003")) {
            AdaptedModel adapted = bart.attach(Methods.named("houlsby").with(Map.of("spread", spread)));
            double[] logits = bart.logits();
            double distance = 0;
            for (int i = 0; i < bare.length; i++) {
                distance = Math.max(distance, Math.abs(logits[i] - bare[i]));
            }
            assertThat(distance).isPositive().isLessThan(last / 20);
            last = distance;
            adapted.detach();
        }
    }

    // ---- prefixes ----

    /** Dropping the network changes no logit. */
    @Test
    void aFoldedPrefixIsTheNetworksOutput() {
        SmallBart bart = new SmallBart(REFERENCE, DType.F32, 11);
        AdaptedModel adapted = bart.attach(Methods.named("prefix").with(Map.of("length", "3", "hidden", "7")));
        bart.train(new Rig(adapted.controller(), REFERENCE, 3, 8, .02), 8);
        double[] trained = bart.logits();
        assertThat(adapted.parameters()).containsKey("prefix.embedding.weight");
        adapted.controller().finish();
        assertThat(bart.logits()).isEqualTo(trained);
        assertThat(adapted.parameters().keySet()).allMatch(name -> name.endsWith(".keys") || name.endsWith(".values"));
    }

    // ---- full ----

    @Test
    void onlyMatricesDecayInFullFineTuning() {
        SmallBart bart = new SmallBart(REFERENCE, DType.F32, 11);
        AdaptedModel adapted = new FullMethod().attach(bart.model(), new Method.Run(7, .1));
        long numbers = bart.model().weights().values().stream()
                .mapToLong(weight -> weight.shape().size())
                .sum();
        assertThat(adapted.trainableParameters()).isEqualTo(numbers);
        int seen = 0;
        for (var group : adapted.controller().parameterGroups()) {
            boolean decays = group.weightDecay() > 0;
            group.parameters().forEach((name, weight) -> {
                boolean spared = name.endsWith(".bias") || name.contains("layer_norm") || name.contains("layernorm");
                assertThat(decays).as(name).isEqualTo(!spared);
            });
            seen += group.parameters().size();
        }
        assertThat(seen).isEqualTo(bart.model().weights().size());
        adapted.detach();
        assertThat(bart.model().weights().values()).noneMatch(Variable::requiresGradient);
    }

    @ParameterizedTest
    @CsvSource({
        "houlsby, bottleneck, 0, at least 1",
        "pfeiffer, spread, -1, at least 0",
        "prefix, length, 0, at least 1 row",
        "prefix, hidden, -1, at least 0",
        "prompt, length, 0, at least 1 row",
        "prompt, spread, NaN, at least 0",
        "fusion, spread, -1, at least 0",
    })
    void badValuesAreRefused(String method, String key, String value, String why) {
        assertThatThrownBy(() -> Methods.named(method).with(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    /** A chain of matrices has no sublayers, attentions or input. */
    @ParameterizedTest
    @CsvSource({
        "houlsby, behind a sublayer",
        "pfeiffer, behind a sublayer",
        "prefix, no attention site",
        "prompt, no input site"
    })
    void modelsWithoutTheSitesAreRefused(String method, String why) {
        Chain chain = new Chain(REFERENCE, DType.F32, 1, 4, 5);
        assertThatThrownBy(() -> Methods.named(method).attach(chain, RUN)).hasMessageContaining(why);
    }
}
