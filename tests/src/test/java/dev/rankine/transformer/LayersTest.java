package dev.rankine.transformer;

import static dev.rankine.transformer.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Single layers against closed forms, and the settings' and layers' errors. */
class LayersTest {
    private static final Stack STACK = new Stack(1, 2, 8);
    private static final TransformerSettings SETTINGS = TransformerSettings.of(11, 6, 24, STACK, STACK);
    private static final Weights WEIGHTS = new RandomWeights(Machine.EXACT.backend(), DType.F64, 3);

    static List<Machine> machines() {
        return Machine.all();
    }

    /** sin and cos of p w: the product of two rows depends on the distance of their places alone. */
    @Test
    void sinusoidalRowsTellDistances() {
        SinusoidalPositions positions = new SinusoidalPositions("positions", SETTINGS, WEIGHTS);
        double[] rows = positions.rows(Places.between(0, 24)).data().toDoubles();
        assertThat(Arrays.copyOf(rows, 6)).containsExactly(0, 1, 0, 1, 0, 1);
        assertThat(rows[6]).isEqualTo(Math.sin(1));
        assertThat(rows[6 + 3]).isEqualTo(Math.cos(Math.pow(10_000, -2.0 / 6)));
        Tensor products = positions
                .rows(Places.between(0, 24))
                .data()
                .matmul(positions.rows(Places.between(0, 24)).data().transpose(0, 1));
        for (int distance = 0; distance < 8; distance++) {
            double expected =
                    products.slice(0, 0, 1).slice(1, distance, distance + 1).item();
            for (int place = 0; place + distance < 24; place++) {
                double product = products.slice(0, place, place + 1)
                        .slice(1, place + distance, place + distance + 1)
                        .item();
                assertThat(product).isCloseTo(expected, offset(1e-12));
            }
        }
        assertThat(positions.weights()).isEmpty();
    }

    @Test
    void learnedPositionsBeginAtTheThirdRow() {
        LearnedPositions positions = new LearnedPositions("positions", SETTINGS, WEIGHTS);
        Tensor table = positions.weights().get("positions.weight").data();
        assertThat(table.shape()).isEqualTo(Shape.of(26, 6));
        assertThat(positions.rows(Places.between(4, 7)).data().toDoubles())
                .isEqualTo(table.slice(0, 6, 9).toDoubles());
    }

    @ParameterizedTest
    @MethodSource("machines")
    void theCausalMaskShowsThePast(Machine machine) {
        CausalMask mask = new CausalMask(machine.backend(), machine.dtype());
        assertThat(mask.of(2, 3).shape()).isEqualTo(Shape.of(1, 1, 2, 3));
        assertThat(mask.of(2, 3).toDoubles()).containsExactly(1, 1, 0, 1, 1, 1);
        assertThat(mask.of(3, 3).storage()).isSameAs(mask.of(2, 7).storage());
        double[] large = mask.of(130, 130).toDoubles();
        for (int i = 0; i < large.length; i++) {
            assertThat(large[i]).isEqualTo(i % 130 <= i / 130 ? 1 : 0);
        }
    }

    /** A query whose keys are all hidden finds 0: what comes out is the bias of the last projection. */
    @ParameterizedTest
    @MethodSource("machines")
    void aQueryWithoutKeysFindsNothing(Machine machine) {
        ModelCase sample = ModelCase.of(machine, Form.BART);
        MultiHeadAttention attention = new MultiHeadAttention("attn", 2, sample.settings(), sample.weights());
        Tensor bias = attention.weights().get("attn.out_proj.bias").data();
        bias.write(1.0, 2, 3, 4, 5, 6);
        Variable x = Variable.constant(sample.normal(1, Shape.of(1, 1, 6)));
        Tensor none = Tensor.zeros(machine.backend(), machine.dtype(), Shape.of(1, 1, 1, 1));
        assertThat(attention.apply(x, x, none, Pass.inference()).data().toDoubles())
                .containsExactly(1, 2, 3, 4, 5, 6);
    }

    /** With one key there is nothing to choose: attention is the two projections of the source. */
    @ParameterizedTest
    @MethodSource("machines")
    void aSingleKeyIsTakenWhole(Machine machine) {
        ModelCase sample = ModelCase.of(machine, Form.BART);
        MultiHeadAttention attention = new MultiHeadAttention("attn", 3, sample.settings(), sample.weights());
        Tensor x = sample.normal(1, Shape.of(2, 3, 6));
        Tensor source = sample.normal(2, Shape.of(2, 1, 6));
        Tensor v = attention.weights().get("attn.v_proj.weight").data().transpose(0, 1);
        Tensor o = attention.weights().get("attn.out_proj.weight").data().transpose(0, 1);
        Tensor expected = source.matmul(v).matmul(o).expand(Shape.of(2, 3, 6));
        Tensor found = attention
                .apply(Variable.constant(x), Variable.constant(source), null, Pass.inference())
                .data();
        assertClose(found, expected, machine.tolerance());
    }

    @Test
    void randomWeightsDependOnNameAndSeedAlone() {
        Weights.Start normal = new Weights.Start.Normal(0.02);
        double[] first = WEIGHTS.take("a", Shape.of(100, 100), normal).toDoubles();
        assertThat(WEIGHTS.take("a", Shape.of(100, 100), normal).toDoubles()).isEqualTo(first);
        assertThat(WEIGHTS.take("b", Shape.of(100, 100), normal).toDoubles()).isNotEqualTo(first);
        double mean = Arrays.stream(first).average().orElseThrow();
        double square = Arrays.stream(first).map(x -> x * x).average().orElseThrow();
        assertThat(Math.abs(mean)).isLessThan(4 * 0.02 / 100);
        assertThat(Math.abs(square / 0.0004 - 1)).isLessThan(4 * Math.sqrt(2.0 / 10_000));
        assertThat(WEIGHTS.take("c", Shape.of(2), new Weights.Start.Constant(1)).toDoubles())
                .containsExactly(1, 1);
    }

    @Test
    void settingsThatMakeNoModelAreRefused() {
        assertRefused(() -> TransformerSettings.of(0, 6, 24, STACK, STACK), "vocabulary must be at least 1, got 0");
        assertRefused(
                () -> TransformerSettings.of(11, 6, 24, STACK, new Stack(1, 4, 8)),
                "the width 6 cannot be divided among the 4 heads of the decoder");
        assertRefused(() -> new Stack(0, 1, 1), "layers must be at least 1, got 0");
        assertRefused(() -> new Dropouts(1, 0, 0), "residual dropout must be in [0, 1), got 1.0");
        assertRefused(() -> new Dropouts(0, Double.NaN, 0), "attention dropout must be in [0, 1), got NaN");
        assertRefused(() -> SETTINGS.initStd(-1), "initStd must be at least 0 and finite, got -1.0");
        assertRefused(
                () -> new RandomWeights(Machine.EXACT.backend(), DType.I64, 0),
                "a new model computes in F32 or F64, not I64");
    }

    @Test
    void wrongInputsAreRefusedByName() {
        ModelCase sample = ModelCase.of(Machine.EXACT, Form.BART);
        Bart model = sample.bart();
        Tensor ids = sample.sourceIds();
        assertRefused(
                () -> model.logits(ids, sample.sourceMask().slice(1, 0, 2), ids, Pass.inference()), "model.encoder");
        assertRefused(
                () -> model.logits(sample.sourceMask(), sample.sourceMask(), ids, Pass.inference()),
                "model.encoder: [3, 5]: ids must be I64 [B, T], got ");
        Decoding decoding = model.startDecoding(ids, sample.sourceMask());
        assertRefused(() -> decoding.next(sample.ids(new long[] {2, 2}).reshape(Shape.of(2))), "model.decoder");
        Decoder decoder = new Decoder(
                "d", new TokenEmbedding("e", sample.settings(), sample.weights()), true, sample.settings(), WEIGHTS);
        assertRefused(() -> decoder.apply(ids, null, null, Pass.inference()), "d attends to an encoder: give it what");
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
