package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCheckpointTest {
    /** Stops a run as an interruption would. */
    private static final class Interruption extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @TempDir
    private Path temporary;

    private final TrainerSettings settings = TrainerSettings.of(2, 8, 1e-2).withSteps(3, 4, 2);

    private static Copying task() {
        return new Copying(Toy.REFERENCE, DType.F32, 30);
    }

    private Path run = Path.of("");

    @BeforeEach
    void nameTheRun() {
        run = temporary.resolve("run");
    }

    private TrainingCheckpoints checkpoints() {
        return RunFolder.at(run, true).checkpoints(2);
    }

    private TrainingState newest() {
        return checkpoints().newest(Toy.REFERENCE, word -> {
            throw new AssertionError(word);
        });
    }

    private static List<Map<String, Double>> withoutTimes(MetricsLog log) {
        List<Map<String, Double>> lines = new ArrayList<>();
        for (MetricsEntry entry : log.read()) {
            Map<String, Double> numbers = new LinkedHashMap<>(entry.numbers());
            numbers.put(MetricsEntry.STEP, (double) entry.step());
            numbers.remove(MetricsEntry.SECONDS);
            lines.add(numbers);
        }
        return lines;
    }

    /** In a run folder, with the log cut back, as the command line does it. */
    @Test
    void anInterruptedRunLeavesWhatAnUndisturbedOneLeaves() {
        Copying undisturbed = task();
        MetricsLog whole = RunFolder.at(temporary.resolve("whole"), false).begin(0);
        TrainingResult expected = undisturbed
                .trainer(settings)
                .evaluateWith(undisturbed.accuracy(16))
                .listen(whole)
                .train();
        for (int dies = 1; dies < 8; dies++) {
            run = temporary.resolve("run" + dies);
            interrupt(dies);
            Copying resumed = task();
            TrainingResult result = resume(resumed);
            assertThat(resumed.bits()).isEqualTo(undisturbed.bits());
            assertThat(withoutTimes(RunFolder.at(run, true).metrics())).isEqualTo(withoutTimes(whole));
            assertThat(result.before()).isEqualTo(expected.before());
            assertThat(result.after()).isEqualTo(expected.after());
            assertThat(result.finalLoss()).isEqualTo(expected.finalLoss());
        }
    }

    private void interrupt(int step) {
        RunFolder folder = RunFolder.at(run, true);
        Copying task = task();
        Trainer<?> trainer = task.trainer(settings)
                .evaluateWith(task.accuracy(16))
                .checkpointTo(checkpoints()::save)
                .listen(folder.begin(0))
                .listen(new TrainingListener() {
                    @Override
                    public void onStep(long made, long steps, double rate) {
                        if (made == step) {
                            throw new Interruption();
                        }
                    }
                });
        assertThatThrownBy(trainer::train).isInstanceOf(Interruption.class);
    }

    private TrainingResult resume(Copying task) {
        RunFolder folder = RunFolder.at(run, true);
        boolean started = folder.state() == RunFolder.State.NEW;
        TrainingState state = started ? null : newest();
        Trainer<?> trainer = task.trainer(settings)
                .evaluateWith(task.accuracy(16))
                .checkpointTo(checkpoints()::save)
                .listen(folder.begin(started ? 0 : state.step()));
        return started ? trainer.train() : trainer.resume(state);
    }

    @Test
    void everythingIsReadAsItWasWritten() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("w", Tensor.of(Toy.REFERENCE, Shape.of(2, 2), 1, -0f, Float.MIN_VALUE, 3e38f));
        tensors.put("none", Tensor.zeros(Toy.REFERENCE, DType.F64, Shape.of(0, 3)));
        tensors.put("n", Tensor.ofLongs(Toy.REFERENCE, Shape.of(), Long.MIN_VALUE));
        TrainingState state = new TrainingState(7, 1.25, Map.of("exact", .5), settings.describe(), tensors);
        checkpoints().save(state);
        TrainingState read = newest();
        assertThat(read.step()).isEqualTo(7);
        assertThat(read.seconds()).isEqualTo(1.25);
        assertThat(read.before()).isEqualTo(state.before());
        assertThat(read.settings()).isEqualTo(state.settings());
        assertThat(read.tensors().keySet()).isEqualTo(tensors.keySet());
        tensors.forEach((name, tensor) -> {
            Tensor copy = read.tensors().get(name);
            assertThat(copy.shape()).isEqualTo(tensor.shape());
            assertThat(copy.dtype()).isEqualTo(tensor.dtype());
            assertThat(Copying.bits(copy)).isEqualTo(Copying.bits(tensor));
        });
        checkpoints().save(new TrainingState(8, 2, Map.of(), Map.of(), Map.of()));
        assertThat(Copying.bits(read.tensors().get("w"))).isEqualTo(Copying.bits(tensors.get("w")));
        assertThat(newest().tensors()).isEmpty();
    }
}
