package dev.rankine.transformer;

import static dev.rankine.transformer.Closeness.assertClose;
import static dev.rankine.transformer.Closeness.assertDifferent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is dropped depends on seed, step, place and the number of the example within the step, and on nothing else. */
class DropoutTest {
    static List<Machine> machines() {
        return Machine.all();
    }

    private static ModelCase sample(Machine machine) {
        ModelCase three = ModelCase.of(machine, Form.BART);
        return new ModelCase(machine, three.settings(), 4, 5, 4, 17);
    }

    private static Pass training(ModelCase sample, long step, long... examples) {
        Tensor clock = Tensor.ofLongs(sample.machine().backend(), Shape.of(2), 5, step);
        Tensor numbers = Tensor.ofLongs(sample.machine().backend(), Shape.of(examples.length), examples);
        return Pass.training(new Draw(clock, 0, numbers));
    }

    private static Tensor logits(ModelCase sample, Bart model, int from, int to, Pass pass) {
        return model.logits(
                        sample.sourceIds().slice(0, from, to),
                        sample.sourceMask().slice(0, from, to),
                        sample.targetIds().slice(0, from, to),
                        pass)
                .data();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void aBatchIsDroppedLikeItsHalvesWithExamplesNumberedOn(Machine machine) {
        ModelCase sample = sample(machine);
        Bart model = sample.bart();
        Tensor whole = logits(sample, model, 0, 4, training(sample, 3, 0, 1, 2, 3));
        Tensor first = logits(sample, model, 0, 2, training(sample, 3, 0, 1));
        Tensor second = logits(sample, model, 2, 4, training(sample, 3, 2, 3));
        assertClose(first, whole.slice(0, 0, 2), machine.tolerance());
        assertClose(second, whole.slice(0, 2, 4), machine.tolerance());
        assertDifferent(logits(sample, model, 2, 4, training(sample, 3, 0, 1)), second);
    }

    @ParameterizedTest
    @MethodSource("machines")
    void everyStepDropsAnew(Machine machine) {
        ModelCase sample = sample(machine);
        Bart model = sample.bart();
        long[] examples = LongStream.range(0, 4).toArray();
        Tensor once = logits(sample, model, 0, 4, training(sample, 3, examples));
        assertThat(logits(sample, model, 0, 4, training(sample, 3, examples)).toDoubles())
                .isEqualTo(once.toDoubles());
        assertDifferent(logits(sample, model, 0, 4, training(sample, 4, examples)), once);
    }

    @ParameterizedTest
    @MethodSource("machines")
    void nothingIsDroppedWithoutTrainingOrWithoutProbability(Machine machine) {
        ModelCase sample = sample(machine);
        Bart never = new Bart(sample.settings().dropout(Dropouts.NONE), sample.weights());
        Pass training = training(sample, 3, 0, 1, 2, 3);
        Tensor plain = logits(sample, sample.bart(), 0, 4, Pass.inference());
        assertThat(logits(sample, never, 0, 4, training).toDoubles()).isEqualTo(plain.toDoubles());
        assertDifferent(logits(sample, sample.bart(), 0, 4, training), plain);
    }

    /** Each of the three probabilities alone changes what a model gives in training. */
    @ParameterizedTest
    @MethodSource("machines")
    void everyPlaceOfDropoutTakesPart(Machine machine) {
        ModelCase sample = sample(machine);
        Tensor plain = logits(sample, sample.bart(), 0, 4, Pass.inference());
        for (Dropouts one : List.of(new Dropouts(0.3, 0, 0), new Dropouts(0, 0.3, 0), new Dropouts(0, 0, 0.3))) {
            Bart model = new Bart(sample.settings().dropout(one), sample.weights());
            assertDifferent(logits(sample, model, 0, 4, training(sample, 3, 0, 1, 2, 3)), plain);
        }
    }
}
