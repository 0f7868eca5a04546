package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.Square;
import dev.rankine.autograd.op.Subtract;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A run that was interrupted and goes on is the run that was not. */
class ResumePropertyTest {
    /** Shrinks w at a step, adds a regulariser, climbs with another parameter, and counts steps in its state. */
    private static final class Eventful implements Controller {
        private final long shrinkAt;
        private Variable w;
        private final Variable climbing = Toy.of(1).weight();
        private long seen;

        Eventful(long shrinkAt) {
            this.shrinkAt = shrinkAt;
            this.w = Toy.of(1).weight();
        }

        Objective<Toy.Rows> objective() {
            return (rows, pass) -> Subtract.subtract(Toy.loss(w, rows, pass), Toy.loss(climbing, rows, pass));
        }

        @Override
        public List<ParameterGroup> parameterGroups() {
            return List.of(
                    new ParameterGroup("w", Map.of("w", w), new ParameterGroup.Rate.Scheduled(1), .1, true, false),
                    new ParameterGroup(
                            "up", Map.of("up", climbing), new ParameterGroup.Rate.Constant(.01), 0, false, true));
        }

        @Override
        public void beforeStep(Clock clock) {
            assertThat(clock.step()).isEqualTo(seen++);
        }

        @Override
        public Variable regularizer(Clock clock) {
            return Affine.scale(Sum.sum(Square.square(w)), .1);
        }

        @Override
        public List<Replacement> shrink(Clock clock) {
            if (clock.step() != shrinkAt) {
                return List.of();
            }
            Variable before = w;
            w = Variable.parameter(half(before.data()));
            return List.of(new Replacement(before, w, Eventful::half));
        }

        private static Tensor half(Tensor x) {
            return x.slice(0, 1, 3).clone(x.dtype());
        }

        @Override
        public Map<String, Double> report() {
            return Map.of("rank", (double) w.shape().dim(0));
        }

        @Override
        public Map<String, Tensor> state() {
            return Map.of("seen", Tensor.ofLongs(Toy.REFERENCE, Shape.of(), seen));
        }

        @Override
        public void restore(Map<String, Tensor> state) {
            seen = state.get("seen").toLongs()[0];
            if (seen > shrinkAt) {
                w = Variable.parameter(half(w.data()));
            }
        }
    }

    /** What a run leaves: its log without times, its weights, and its states. */
    private static final class Trace implements TrainingListener {
        final List<Map<String, Double>> log = new ArrayList<>();
        final List<TrainingState> states = new ArrayList<>();

        @Override
        public void onLog(MetricsEntry entry) {
            Map<String, Double> numbers = new LinkedHashMap<>(entry.numbers());
            numbers.put(MetricsEntry.STEP, (double) entry.step());
            numbers.remove(MetricsEntry.SECONDS);
            log.add(numbers);
        }
    }

    private static Trainer<Toy.Rows> trainer(TrainerSettings settings, Eventful controller, Trace trace) {
        return new Trainer<>(Toy.REFERENCE, settings, Toy.of(11), controller.objective(), controller)
                .evaluateWith(() -> Map.of("first", controller.w.data().toDoubles()[0]))
                .checkpointTo(state -> trace.states.add(Copying.frozen(state)))
                .listen(trace);
    }

    @Property(tries = 40)
    void aResumedRunGivesTheBitsOfAnUndisturbedOne(
            @ForAll @IntRange(min = 1, max = 4) int batch,
            @ForAll @IntRange(min = 1, max = 3) int accumulate,
            @ForAll @IntRange(min = 1, max = 5) int logSteps,
            @ForAll @IntRange(max = 12) int shrinkAt,
            @ForAll @IntRange(max = 100) int interruption,
            @ForAll long seed) {
        TrainerSettings settings = TrainerSettings.of(2, batch, .05)
                .withBatch(batch, accumulate)
                .withSteps(logSteps, 0, 1)
                .withClip(1.0)
                .withSeed(seed);
        Eventful undisturbed = new Eventful(shrinkAt);
        Trace whole = new Trace();
        TrainingResult expected = trainer(settings, undisturbed, whole).train();
        if (whole.states.isEmpty()) {
            return;
        }
        TrainingState state = whole.states.get(interruption % whole.states.size());
        Eventful resumed = new Eventful(shrinkAt);
        Trace rest = new Trace();
        TrainingResult result = trainer(settings, resumed, rest).resume(state);
        assertThat(resumed.w.data().toDoubles()).isEqualTo(undisturbed.w.data().toDoubles());
        assertThat(resumed.climbing.data().toDoubles())
                .isEqualTo(undisturbed.climbing.data().toDoubles());
        List<Map<String, Double>> cutBack = new ArrayList<>(whole.log);
        cutBack.removeIf(line -> line.get(MetricsEntry.STEP) <= state.step());
        assertThat(rest.log).isEqualTo(cutBack);
        assertThat(result.finalLoss()).isEqualTo(expected.finalLoss());
        assertThat(result.before()).isEqualTo(expected.before());
        assertThat(result.after()).isEqualTo(expected.after());
        assertThat(result.trainSeconds()).isGreaterThan(state.seconds());
    }

    /** A real model: moments, dropout, shuffling and padding of the later steps depend on nothing but the state. */
    @Example
    void anEncoderDecoderGoesOnWithTheSameBits() {
        TrainerSettings settings = TrainerSettings.of(2, 8, 1e-2).withSteps(3, 0, 4);
        Copying undisturbed = new Copying(Toy.REFERENCE, DType.F32, 30);
        List<TrainingState> states = new ArrayList<>();
        undisturbed
                .trainer(settings)
                .checkpointTo(state -> states.add(Copying.frozen(state)))
                .train();
        assertThat(states).hasSize(1);
        Copying resumed = new Copying(Toy.REFERENCE, DType.F32, 30);
        resumed.trainer(settings).resume(states.getFirst());
        assertThat(resumed.bits()).isEqualTo(undisturbed.bits());
    }

    @Example
    void aStateOfAnotherRunIsRefused() {
        TrainerSettings settings = TrainerSettings.of(1, 2, .05).withSteps(2, 0, 2);
        Trace trace = new Trace();
        trainer(settings, new Eventful(100), trace).train();
        TrainingState state = trace.states.getFirst();
        assertThatThrownBy(() ->
                        trainer(settings.withSeed(1), new Eventful(100), trace).resume(state))
                .hasMessageContaining("seed 0 became 1");
        assertThatThrownBy(() -> new Trainer<>(
                                Toy.REFERENCE, settings, Toy.of(12), (rows, pass) -> null, new Eventful(100))
                        .resume(state))
                .hasMessageContaining("train_examples 11 became 12");
        Variable w = Toy.of(1).weight();
        assertThatThrownBy(() -> new Trainer<>(
                                Toy.REFERENCE,
                                settings,
                                Toy.of(11),
                                Toy.objective(w),
                                new WeightTraining(Map.of("w", w), 0))
                        .resume(state))
                .hasMessageContaining("unknown [parameters.up");
        assertThatThrownBy(() -> trainer(settings, new Eventful(0), trace).resume(state))
                .hasMessageContaining("'parameters.w' is F64 [4] in the checkpoint, the run needs F64 [2]");
    }
}
