package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Probe;
import dev.rankine.tensor.RecordingBackend;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose layers are made again in the backward pass, with dropout, against runs that keep everything: bit for bit. */
class RecomputedTrainingTest {
    private static final int LAYERS = 3;

    @ParameterizedTest
    @ValueSource(strings = {"full", "lora", "salora", "dora", "adalora", "houlsby", "prefix"})
    void everyMethodTrainsToTheSameBits(String name) {
        for (Backends.Candidate candidate : Backends.all()) {
            if (candidate.probe() instanceof Probe.Ready) {
                try (Backend backend = candidate.provider().create(2)) {
                    Method method = Methods.named(name);
                    if (method.settings().containsKey("rank")) {
                        method = method.with(Map.of("rank", "3"));
                    }
                    TrainerSettings settings = TrainerSettings.of(3, 4, 1e-2).withBatch(4, 2);
                    Map<String, List<Double>> kept = trained(backend, method, settings);
                    assertThat(trained(backend, method, settings.withRecomputation(true)))
                            .as(name + " on " + backend.name())
                            .isEqualTo(kept);
                }
            }
        }
    }

    private static Map<String, List<Double>> trained(Backend backend, Method method, TrainerSettings settings) {
        Copying task = new Copying(backend, DType.F32, 24, LAYERS);
        Controller controller = method.attach(task.model, new Method.Run(7, 0)).controller();
        Map<String, List<Double>> before = parameters(controller);
        new Trainer<>(backend, settings, task.data, new Seq2SeqObjective(task.model), controller).train();
        Map<String, List<Double>> after = parameters(controller);
        assertThat(after).isNotEmpty().isNotEqualTo(before);
        return after;
    }

    private static Map<String, List<Double>> parameters(Controller controller) {
        Map<String, List<Double>> bits = new TreeMap<>();
        controller
                .parameterGroups()
                .forEach(group -> group.parameters()
                        .forEach((name, parameter) -> bits.put(name, Copying.bits(parameter.data()))));
        return bits;
    }

    @Test
    void aDeviceReplaysIt() {
        try (Backend backend = Backends.choose("reference", 1).backend()) {
            TrainerSettings settings = TrainerSettings.of(4, 8, 1e-2).withRecomputation(true);
            Copying eager = new Copying(backend, DType.F32, 32, 2);
            eager.trainer(settings).train();
            RecordingBackend recording = RecordingBackend.over(backend);
            Copying replayed = new Copying(recording, DType.F32, 32, 2);
            replayed.trainer(settings).train();
            assertThat(replayed.bits()).isEqualTo(eager.bits());
            assertThat(recording.replayedSteps()).isPositive();
        }
    }
}
