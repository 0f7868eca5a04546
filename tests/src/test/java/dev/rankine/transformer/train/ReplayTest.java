package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.MultiplierRule;
import dev.rankine.lora.SaLoraMethod;
import dev.rankine.tensor.AsDevice;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Probe;
import dev.rankine.tensor.RecordingBackend;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs whose steps are played from a record, as on a device, give the bits of runs that compute each step. */
class ReplayTest {
    private static final long STEPS = 24;

    @Test
    void anEncoderDecoderTrainsFromARecordWithEqualBits() {
        for (Backends.Candidate candidate : Backends.all()) {
            if (candidate.probe() instanceof Probe.Ready) {
                try (Backend backend = candidate.provider().create(2)) {
                    trainTwice(backend, TrainerSettings.of(4, 8, 1e-2));
                    trainTwice(backend, TrainerSettings.of(2, 4, 1e-2).withBatch(4, 2));
                }
            }
        }
    }

    private static void trainTwice(Backend backend, TrainerSettings settings) {
        // like a device, for a record is one of a shape: padding is computed
        Copying eager = new Copying(AsDevice.over(backend), DType.F32, 32);
        TrainingResult computed = eager.trainer(settings).train();
        RecordingBackend recording = RecordingBackend.over(backend);
        Copying replayed = new Copying(recording, DType.F32, 32);
        TrainingResult played = replayed.trainer(settings).train();
        assertThat(replayed.bits()).isEqualTo(eager.bits());
        assertThat(played.finalLoss()).isEqualTo(computed.finalLoss());
        // some lengths of the words come again
        assertThat(recording.replayedSteps()).isPositive();
        assertThat(recording.recordedSteps() + recording.replayedSteps()).isEqualTo((int) computed.steps());
    }

    /** Another sequence of calls is right where gates are drawn for the first time, where they are cut, and after. */
    @ParameterizedTest
    @EnumSource(MultiplierRule.class)
    void saLoraTrainsFromARecordWithEqualBits(MultiplierRule rule) {
        String name = rule.name().toLowerCase(Locale.ROOT);
        Method method =
                SaLoraMethod.paper().with(Map.of("rank", "3", "start", "0.25", "end", "0.75", "multiplier", name));
        trainTwice(method, Set.of(STEPS / 4, STEPS / 4 + 1, STEPS * 3 / 4 - 1, STEPS * 3 / 4));
    }

    /** Another sequence of calls is right where the budget is allocated, and after. */
    @Test
    void adaLoraTrainsFromARecordWithEqualBits() {
        Method method = Methods.named("adalora").with(Map.of("rank", "3", "warmup", "0.25", "interval", "8"));
        trainTwice(method, Set.of(7L, 8L, 11L, 12L));
    }

    /** Another sequence of calls is right in the first step of a window, in its last one, and after. */
    @Test
    void salientLoraTrainsFromARecordWithEqualBits() {
        Map<String, String> settings = Map.of("rank", "3", "warmup", "0.25", "first-window", "6", "last-window", "6");
        trainTwice(Methods.named("salientlora").with(settings), Set.of(6L, 11L, 12L, 17L, 18L));
    }

    /** Another sequence of calls is right in the step of the cut, and after. */
    @Test
    void soRaTrainsFromARecordWithEqualBits() {
        Map<String, String> settings = Map.of("rank", "3", "density", "0.5", "end", "0.75", "l1", "0.1");
        trainTwice(Methods.named("sora").with(settings), Set.of(STEPS * 3 / 4 - 1, STEPS * 3 / 4));
    }

    /** Methods that make the same calls at every step. */
    @ParameterizedTest
    @ValueSource(strings = {"lora start=pissa", "dora norm=exact", "houlsby", "prefix length=2,hidden=3", "full"})
    void everyStepOfSteadyMethodsIsTheSame(String asked) {
        String[] parts = asked.split(" ");
        Map<String, String> settings = new TreeMap<>();
        for (String setting : parts.length == 1 ? new String[0] : parts[1].split(",")) {
            settings.put(setting.split("=")[0], setting.split("=")[1]);
        }
        Method method = Methods.named(parts[0]);
        if (method.settings().containsKey("rank")) {
            settings.put("rank", "3");
        }
        trainTwice(method.with(settings), Set.of());
    }

    /** @param newKinds after how many steps the next one makes other calls than those before */
    private static void trainTwice(Method method, Set<Long> newKinds) {
        Backend backend = Backends.choose("reference", 1).backend();
        RecordingBackend recording = RecordingBackend.over(backend);
        Run eager = new Run(backend, method);
        Run replayed = new Run(recording, method);
        TrainingResult computed = eager.train(step -> {});
        TrainingResult played = replayed.train(step -> {
            if (newKinds.contains(step)) {
                recording.forget();
            }
        });
        assertThat(computed.steps()).isEqualTo(STEPS);
        assertThat(replayed.bits()).isEqualTo(eager.bits());
        assertThat(played.finalLoss()).isEqualTo(computed.finalLoss());
        assertThat(recording.replayedSteps()).isGreaterThan((int) STEPS / 3);
    }

    /** A method on the encoder-decoder. */
    private static final class Run {
        private final Copying task;
        private final AdaptedModel adapted;

        Run(Backend backend, Method method) {
            task = new Copying(backend, DType.F32, 24);
            adapted = method.attach(task.model, new Method.Run(7, 0));
        }

        TrainingResult train(LongConsumer afterStep) {
            return new Trainer<>(
                            task.backend,
                            TrainerSettings.of(8, 8, 1e-2),
                            task.data,
                            new Seq2SeqObjective(task.model),
                            adapted.controller())
                    .listen(new TrainingListener() {
                        @Override
                        public void onStep(long made, long steps, double rate) {
                            afterStep.accept(made);
                        }
                    })
                    .train();
        }

        List<List<Double>> bits() {
            return adapted.controller().parameterGroups().stream()
                    .flatMap(group -> group.parameters().values().stream())
                    .map(parameter -> Copying.bits(parameter.data()))
                    .toList();
        }
    }
}
