package dev.rankine.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.DelegatingBackend;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where a model drops units: the places of Hugging Face's {@code modeling_bart.py}, in their order. */
class DropoutPlacesTest {
    private static final double RESIDUAL = 0.3;
    private static final double ATTENTION = 0.2;
    private static final double ACTIVATION = 0.1;

    private record Dropped(double p, Shape shape) {}

    /** Writes down what is dropped, attention probabilities included. */
    private static final class Watching extends DelegatingBackend {
        private final List<Dropped> seen = new ArrayList<>();
        private final List<Long> streams = new ArrayList<>();

        Watching() {
            super(new ReferenceBackend());
        }

        @Override
        public void dropout(Tensor x, Dropout dropout, Tensor y) {
            seen.add(new Dropped(dropout.p(), x.shape()));
            streams.add(dropout.draw().stream());
            super.dropout(x, dropout, y);
        }
    }

    private static Watching trainingPass(NormOrder order) {
        Watching backend = new Watching();
        ModelCase sample = ModelCase.of(new Machine(backend, DType.F64, 0), Form.BART.norms(order));
        Bart model =
                new Bart(sample.settings().dropout(new Dropouts(RESIDUAL, ATTENTION, ACTIVATION)), sample.weights());
        Tensor clock = Tensor.ofLongs(backend, Shape.of(2), 5, 6);
        Draw draw = new Draw(clock, 0, Tensor.ofLongs(backend, Shape.of(3), 0, 1, 2));
        model.logits(sample.sourceIds(), sample.sourceMask(), sample.targetIds(), Pass.training(draw));
        return backend;
    }

    @ParameterizedTest
    @EnumSource(NormOrder.class)
    void areThoseOfHuggingFace(NormOrder order) {
        Dropped source = new Dropped(RESIDUAL, Shape.of(3, 5, 6));
        Dropped target = new Dropped(RESIDUAL, Shape.of(3, 4, 6));
        Dropped selfSource = new Dropped(ATTENTION, Shape.of(3, 2, 5, 5));
        Dropped selfTarget = new Dropped(ATTENTION, Shape.of(3, 2, 4, 4));
        Dropped cross = new Dropped(ATTENTION, Shape.of(3, 2, 4, 5));
        Dropped innerSource = new Dropped(ACTIVATION, Shape.of(3, 5, 8));
        Dropped innerTarget = new Dropped(ACTIVATION, Shape.of(3, 4, 8));
        List<Dropped> encoderLayer = List.of(selfSource, source, innerSource, source);
        List<Dropped> decoderLayer = List.of(selfTarget, target, cross, target, innerTarget, target);
        List<Dropped> expected = new ArrayList<>();
        expected.add(source);
        expected.addAll(encoderLayer);
        expected.addAll(encoderLayer);
        expected.add(target);
        expected.addAll(decoderLayer);
        expected.addAll(decoderLayer);
        assertThat(trainingPass(order).seen).isEqualTo(expected);
    }

    @Test
    void drawFromStreamsOfTheirOwn() {
        List<Long> streams = trainingPass(NormOrder.POST).streams;
        assertThat(new HashSet<>(streams)).hasSameSizeAs(streams);
    }
}
