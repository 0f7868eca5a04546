package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.SaLoraMethod;
import dev.rankine.tensor.DType;
import dev.rankine.transformer.data.SequenceBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that learns its ranks goes on from every phase: before the gates, among them, and behind the cut. */
class SaLoraResumeTest {
    private static final TrainerSettings SETTINGS =
            TrainerSettings.of(3, 8, 1e-2).withSteps(5, 0, 1);

    @TempDir
    private Path temporary;

    private static final class Run {
        final Copying task = new Copying(Toy.REFERENCE, DType.F32, 32);
        final AdaptedModel adapted;

        Run() {
            Method method = SaLoraMethod.paper().with(Map.of("rank", "3", "start", "0.25", "end", "0.75"));
            adapted = method.attach(task.model, new Method.Run(7, 0.01));
        }

        Trainer<SequenceBatch> trainer() {
            return new Trainer<>(
                            task.backend, SETTINGS, task.data, new Seq2SeqObjective(task.model), adapted.controller())
                    .evaluateWith(task.accuracy(16));
        }

        Map<String, List<Double>> bits() {
            Map<String, List<Double>> bits = new TreeMap<>(task.bits());
            adapted.controller()
                    .parameterGroups()
                    .forEach(group -> group.parameters()
                            .forEach((name, parameter) -> bits.put(name, Copying.bits(parameter.data()))));
            return bits;
        }
    }

    private TrainingCheckpoints checkpoints() {
        return new TrainingCheckpoints(temporary, 12);
    }

    @Test
    void everyCheckpointLeadsToTheSameRanksAndBits() {
        Run undisturbed = new Run();
        TrainingResult expected =
                undisturbed.trainer().checkpointTo(checkpoints()::save).train();
        assertThat(expected.steps()).isEqualTo(12);
        for (long step = 1; step < expected.steps(); step++) {
            Run resumed = new Run();
            TrainingResult result =
                    resumed.trainer().resume(checkpoints().at(step).load(Toy.REFERENCE));
            assertThat(resumed.adapted.retained()).isEqualTo(undisturbed.adapted.retained());
            assertThat(resumed.bits()).as("resumed after step %d", step).isEqualTo(undisturbed.bits());
            assertThat(result.finalLoss()).isEqualTo(expected.finalLoss());
            assertThat(result.after()).isEqualTo(expected.after());
        }
    }
}
