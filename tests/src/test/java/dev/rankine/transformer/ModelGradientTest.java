package dev.rankine.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Multiply;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Square;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.TransformerSettings.Form;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient of every weight, with dropout on, in pre- and post-norm models with both kinds of positions. */
class ModelGradientTest {
    static List<Form> forms() {
        return List.of(
                new Form(Activation.GELU, NormOrder.POST, PositionKind.LEARNED, false),
                new Form(Activation.GELU_TANH, NormOrder.POST, PositionKind.SINUSOIDAL, true),
                new Form(Activation.GELU_TANH, NormOrder.PRE, PositionKind.LEARNED, true),
                new Form(Activation.GELU, NormOrder.PRE, PositionKind.SINUSOIDAL, false));
    }

    private static Pass training(ModelCase sample) {
        Tensor clock = Tensor.ofLongs(sample.machine().backend(), Shape.of(2), 5, 6);
        return Pass.training(new Draw(clock, 0, Tensor.ofLongs(sample.machine().backend(), Shape.of(3), 0, 1, 2)));
    }

    private static Variable loss(ModelCase sample, Variable logits) {
        int places = sample.batch() * sample.target();
        Shape rows = Shape.of(places, sample.settings().vocabulary());
        long[] targets = new long[places];
        for (int i = 0; i < places; i++) {
            targets[i] = i % 5 == 4 ? -100 : (3 * i + 1) % rows.dim(1);
        }
        Tensor wanted = Tensor.ofLongs(sample.machine().backend(), Shape.of(places), targets);
        return Sum.sum(CrossEntropy.crossEntropy(Reshape.reshape(logits, rows), wanted), 0);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void ofAnEncoderDecoder(Form form) {
        ModelCase sample = ModelCase.of(Machine.EXACT, form);
        Bart model = sample.bart();
        Differences.check(
                model.weights().values(),
                () -> loss(
                        sample,
                        model.logits(sample.sourceIds(), sample.sourceMask(), sample.targetIds(), training(sample))));
        model.weights()
                .forEach(
                        (name, weight) -> assertThat(weight.gradient()).as(name).isNotNull());
    }

    @ParameterizedTest
    @MethodSource("forms")
    void ofADecoderAlone(Form form) {
        ModelCase sample = ModelCase.of(Machine.EXACT, form);
        DecoderOnly model = sample.decoderOnly();
        Differences.check(
                model.weights().values(), () -> loss(sample, model.logits(sample.targetIds(), null, training(sample))));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void ofAnEncoderAlone(Form form) {
        ModelCase sample = ModelCase.of(Machine.EXACT, form);
        EncoderOnly model = sample.encoderOnly();
        Variable direction = Variable.constant(
                sample.normal(1, Shape.of(3, 5, sample.settings().width())));
        Differences.check(model.weights().values(), () -> {
            Variable states = model.apply(sample.sourceIds(), sample.sourceMask(), training(sample))
                    .states();
            return Sum.sum(Multiply.multiply(Square.square(states), direction), 0, 1, 2);
        });
    }

    @ParameterizedTest
    @MethodSource("forms")
    void ofTheStateThatAClassifierReads(Form form) {
        ModelCase sample = ModelCase.of(Machine.EXACT, form);
        EncoderOnly model = sample.encoderOnly();
        Variable direction =
                Variable.constant(sample.normal(1, Shape.of(3, sample.settings().width())));
        Differences.check(model.weights().values(), () -> {
            Variable first = model.first(sample.sourceIds(), sample.sourceMask(), null, training(sample));
            return Sum.sum(Multiply.multiply(Square.square(first), direction), 0, 1);
        });
    }
}
