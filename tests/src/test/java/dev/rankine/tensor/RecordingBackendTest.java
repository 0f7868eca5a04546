package dev.rankine.tensor;

import static dev.rankine.autograd.op.Add.add;
import static dev.rankine.autograd.op.Affine.affine;
import static dev.rankine.autograd.op.CrossEntropy.crossEntropy;
import static dev.rankine.autograd.op.Dropout.dropout;
import static dev.rankine.autograd.op.Embedding.embedding;
import static dev.rankine.autograd.op.Gelu.gelu;
import static dev.rankine.autograd.op.LayerNorm.layerNorm;
import static dev.rankine.autograd.op.Linear.linear;
import static dev.rankine.autograd.op.Sum.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.optim.AdamW;
import dev.rankine.autograd.optim.OptimizerGroup;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class RecordingBackendTest {
    private static final int STEPS = 8;

    /** Two layers with a residual connection and dropout that learn to name the successor of an id. */
    private static final class Model {
        private static final int IDS = 11;
        private static final int WIDTH = 6;

        final Backend backend;
        final Map<String, Variable> parameters = new LinkedHashMap<>();
        final AdamW optimizer;
        final ScopePool memory;
        final Tensor clock;
        IntToDoubleFunction residualScale = step -> 1;
        final List<Double> losses = new ArrayList<>();
        final List<Tensor> kept = new ArrayList<>();

        Model(Backend backend) {
            this.backend = backend;
            Samples samples = new Samples(backend, 5);
            parameter(samples, "table", IDS, WIDTH);
            parameter(samples, "w1", WIDTH, WIDTH);
            parameter(samples, "b1", WIDTH);
            parameter(samples, "gamma", WIDTH);
            parameter(samples, "beta", WIDTH);
            parameter(samples, "w2", IDS, WIDTH);
            optimizer = new AdamW(OptimizerGroup.of(parameters).withWeightDecay(0.01));
            memory = new ScopePool(backend);
            clock = Tensor.ofLongs(backend, Shape.of(2), 17, 0);
        }

        private void parameter(Samples samples, String name, int... shape) {
            parameters.put(name, Variable.parameter(samples.of(DType.F32, Shape.of(shape), Layout.ROW_MAJOR)));
        }

        private Variable get(String name) {
            return parameters.get(name);
        }

        /** One step on a batch of ids that starts at the number of the step. */
        void step(int step, int batch) {
            clock.write(17, step);
            long[] ids = new long[batch];
            long[] next = new long[batch];
            long[] numbers = new long[batch];
            for (int i = 0; i < batch; i++) {
                ids[i] = (step + 3 * i) % IDS;
                next[i] = i == 1 ? -100 : (ids[i] + 1) % IDS;
                numbers[i] = i;
            }
            try (Scope scope = memory.open()) {
                optimizer.clearGradients();
                Tensor examples = Tensor.ofLongs(backend, Shape.of(batch), numbers);
                Variable x = embedding(Tensor.ofLongs(backend, Shape.of(batch), ids), get("table"));
                Variable hidden = gelu(linear(x, get("w1"), get("b1")));
                Backend.Dropout half = new Backend.Dropout(0.25, new Draw(clock, 3, examples));
                Variable scaled = affine(x, residualScale.applyAsDouble(step), 0);
                Variable y = layerNorm(add(scaled, dropout(hidden, half)), get("gamma"), get("beta"), 1e-5);
                Tensor targets = Tensor.ofLongs(backend, Shape.of(batch), next);
                Variable loss = sum(crossEntropy(linear(y, get("w2"), null), targets), 0);
                loss.backward();
                optimizer.step(0.05 / (step + 1));
                if (step % 3 == 1) {
                    losses.add(loss.data().item());
                }
                kept.add(loss.data().keep());
            }
        }

        List<double[]> state() {
            List<double[]> state = new ArrayList<>();
            parameters.values().forEach(parameter -> state.add(parameter.data().toDoubles()));
            optimizer.state().values().forEach(tensor -> state.add(tensor.toDoubles()));
            kept.forEach(loss -> state.add(loss.toDoubles()));
            state.add(losses.stream().mapToDouble(loss -> loss).toArray());
            return state;
        }
    }

    private static void assertSameBits(Model replayed, Model eager) {
        List<double[]> expected = eager.state();
        List<double[]> got = replayed.state();
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i)).containsExactly(expected.get(i));
        }
    }

    @Test
    void replayedStepsGiveTheBitsOfEagerOnes() {
        for (Backends.Candidate candidate : Backends.all()) {
            if (candidate.probe() instanceof Probe.Ready) {
                Backend delegate = candidate.provider().create(2);
                Model eager = new Model(delegate);
                RecordingBackend recording = RecordingBackend.over(delegate);
                Model replayed = new Model(recording);
                for (int step = 0; step < STEPS; step++) {
                    eager.step(step, 5);
                    replayed.step(step, 5);
                }
                assertSameBits(replayed, eager);
                assertThat(recording.recordedSteps()).isEqualTo(1);
                assertThat(recording.replayedSteps()).isEqualTo(STEPS - 1);
                assertThat(eager.losses).hasSize(3);
                delegate.close();
            }
        }
    }

    @Test
    void otherShapesAreRecordedOnceEach() {
        Model eager = new Model(new ReferenceBackend());
        RecordingBackend recording = RecordingBackend.over(new ReferenceBackend());
        Model replayed = new Model(recording);
        int[] batches = {5, 3, 5, 1, 3, 1, 5};
        for (int step = 0; step < batches.length; step++) {
            eager.step(step, batches[step]);
            replayed.step(step, batches[step]);
        }
        assertSameBits(replayed, eager);
        assertThat(recording.recordedSteps()).isEqualTo(3);
        assertThat(recording.replayedSteps()).isEqualTo(4);
    }

    @Test
    void aWarmStepAllocatesNothingWhenItIsReplayed() {
        Model model = new Model(RecordingBackend.over(new ReferenceBackend()));
        model.step(0, 4);
        model.step(1, 4);
        // each step keeps its loss, so the pool replaces that one block
        int warm = model.memory.allocations();
        model.step(2, 4);
        assertThat(model.memory.allocations() - warm).isEqualTo(1);
    }

    @Test
    void aJavaNumberThatChangesIsCaught() {
        Model model = new Model(RecordingBackend.over(new ReferenceBackend()));
        model.residualScale = step -> 1 + step;
        model.step(0, 5);
        assertThatThrownBy(() -> model.step(1, 5))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("affine: the Java number 2.0 was 1.0 when the step was recorded");
    }

    @Test
    void aChangedProbabilityOrStreamIsCaught() {
        RecordingBackend recording = RecordingBackend.over(new ReferenceBackend());
        Tensor x = Tensor.of(recording, Shape.of(2), 1, 2);
        Draw draw = new Samples(recording, 1).draw(2);
        step(recording, () -> drop(x, new Backend.Dropout(0.5, draw)));
        step(recording, () -> drop(x, new Backend.Dropout(0.5, draw)));
        assertThatThrownBy(() -> step(recording, () -> drop(x, new Backend.Dropout(0.4, draw))))
                .hasMessageContaining("dropout: the Java number");
        assertThatThrownBy(() -> step(recording, () -> drop(x, new Backend.Dropout(0.5, draw.stream(-1)))))
                .hasMessageContaining("dropout: the Java number");
        assertThat(recording.replayedSteps()).isEqualTo(1);
    }

    private static Tensor drop(Tensor x, Backend.Dropout dropout) {
        Tensor y = x.result("dropout", x.shape());
        x.backend().dropout(x, dropout, y);
        return y;
    }

    private static void step(Backend backend, Runnable calls) {
        try (Scope scope = Scope.open(backend)) {
            calls.run();
        }
    }

    @Test
    void anotherSequenceIsCaught() {
        RecordingBackend recording = RecordingBackend.over(new ReferenceBackend());
        Tensor x = Tensor.of(recording, Shape.of(2), 1, 2);
        step(recording, () -> x.plus(x).times(x).map(Unary.EXP));
        assertThatThrownBy(() -> step(recording, () -> x.plus(x).map(Unary.EXP)))
                .hasMessage("call 1 of the step: 'map' was called where 'zip' was");
        assertThatThrownBy(() -> step(recording, () -> x.plus(x).times(x)))
                .hasMessageContaining("the step ended after 2 calls, the recorded one had 3");
        assertThatThrownBy(() ->
                        step(recording, () -> x.plus(x).times(x).map(Unary.EXP).map(Unary.EXP)))
                .hasMessageContaining("'map' was called after the last call of the recorded step");
        assertThatThrownBy(() -> step(recording, () -> x.plus(x).minus(x).map(Unary.EXP)))
                .hasMessageContaining("the Java number SUBTRACT was MULTIPLY");
    }

    @Test
    void anotherResultInTheSamePlaceIsCaught() {
        RecordingBackend recording = RecordingBackend.over(new ReferenceBackend());
        Tensor x = Tensor.of(recording, Shape.of(2), 1, 2);
        step(recording, () -> {
            Tensor a = x.plus(x);
            Tensor b = x.times(x);
            a.minus(b);
        });
        assertThatThrownBy(() -> step(recording, () -> {
                    Tensor a = x.plus(x);
                    Tensor b = x.times(x);
                    b.minus(a);
                }))
                .hasMessageContaining("zip: tensor 0 is not the same one of the step's tensors");
        assertThatThrownBy(() -> step(recording, () -> {
                    Tensor a = x.plus(x);
                    x.times(a);
                }))
                .hasMessageContaining("zip: tensor 1 is a result of the step, it was a leaf");
    }

    @Test
    void aTargetThatMovedIsCaught() {
        RecordingBackend recording = RecordingBackend.over(new ReferenceBackend());
        Tensor x = Tensor.of(recording, Shape.of(2), 1, 2);
        Tensor first = Tensor.of(recording, Shape.of(2), 0, 0);
        Tensor second = Tensor.of(recording, Shape.of(2), 0, 0);
        step(recording, () -> recording.copy(x, first));
        assertThatThrownBy(() -> step(recording, () -> recording.copy(x, second)))
                .hasMessageContaining("copy: tensor 1 is changed in place and is not the tensor");
        Tensor rows = Tensor.of(recording, Shape.of(2, 2), 1, 2, 3, 4);
        recording.forget();
        step(recording, () -> rows.slice(0, 0, 1).map(Unary.EXP));
        assertThatThrownBy(() -> step(recording, () -> rows.slice(0, 1, 2).map(Unary.EXP)))
                .hasMessageContaining("map: tensor 0 begins at element 2 of its storage, it began at 0");
    }

    @Test
    void aResultThatNobodyWroteIsCaught() {
        RecordingBackend recording = RecordingBackend.over(new ReferenceBackend());
        Tensor x = Tensor.of(recording, Shape.of(2), 1, 2);
        assertThatThrownBy(() -> step(recording, () -> x.plus(x.result("nothing", x.shape()))))
                .hasMessageContaining("zip reads F32 [2] by nothing, which no call has written");
    }

    /** The host may look at any time and change leaves between two operations. */
    @Test
    void readingAndWritingInTheMiddleOfAStepSeeTheNewestNumbers() {
        RecordingBackend recording = RecordingBackend.over(new ReferenceBackend());
        Tensor weight = Tensor.of(recording, Shape.of(1), 10);
        for (int number = 0; number < 4; number++) {
            double expected = weight.item();
            Tensor leaf = Tensor.of(recording, Shape.of(1), number);
            try (Scope scope = Scope.open(recording)) {
                Tensor y = leaf.plus(weight);
                if (number != 2) {
                    assertThat(y.item()).isEqualTo(number + expected);
                }
                leaf.write(new double[] {100 + number});
                Tensor z = leaf.plus(y);
                recording.zip(Binary.ADD, y, z, y);
                recording.copy(z, weight.forWriting("copy"));
                assertThat(weight.item()).isEqualTo(100 + number + number + expected);
                assertThat(y.item()).isEqualTo(100 + 3 * number + 2 * expected);
            }
        }
        assertThat(recording.replayedSteps()).isEqualTo(3);
    }

    @Test
    void whatHappensInAPauseIsNoStep() {
        RecordingBackend recording = RecordingBackend.over(new ReferenceBackend());
        Tensor x = Tensor.of(recording, Shape.of(2), 1, 2);
        step(recording, () -> x.plus(x));
        try (RecordingBackend.Pause pause = recording.pause();
                Scope scope = Scope.open(recording)) {
            assertThat(x.times(x).toDoubles()).containsExactly(1, 4);
        }
        step(recording, () -> x.plus(x));
        assertThat(recording.recordedSteps()).isEqualTo(1);
        assertThat(recording.replayedSteps()).isEqualTo(1);
    }
}
