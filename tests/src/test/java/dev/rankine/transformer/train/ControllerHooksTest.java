package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Add;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.Square;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The trainer calls every hook of the controller at its place. */
class ControllerHooksTest {
    private static final double CLIP = 1e-3;

    private final Toy data = Toy.of(6);
    private final List<String> calls = new ArrayList<>();
    private final List<MetricsEntry> entries = new ArrayList<>();

    private static double norm(Variable w) {
        double[] gradient = Objects.requireNonNull(w.gradient()).toDoubles();
        return Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
    }

    /** Notes every call, and what it can see then. */
    private class Observer implements Controller {
        final Variable w = data.weight();
        double weightBefore;

        @Override
        public List<ParameterGroup> parameterGroups() {
            calls.add("parameterGroups");
            return List.of(group("all", Map.of("w", w), false));
        }

        @Override
        public void beforeStep(Clock clock) {
            calls.add("beforeStep " + clock.step() + "/" + clock.steps());
            assertThat(w.gradient()).as("gradients of the step before are gone").isNull();
            assertThat(clock.draw().clock().toLongs()).containsExactly(3, clock.step());
            assertThat(clock.draw().examples().toLongs()).containsExactly(0);
            weightBefore = w.data().toDoubles()[0];
        }

        @Override
        public Variable regularizer(Clock clock) {
            calls.add("regularizer");
            return Affine.scale(Sum.sum(Square.square(w)), 0.5);
        }

        @Override
        public void afterBackward(Clock clock) {
            calls.add("afterBackward");
            assertThat(norm(w)).isGreaterThan(10 * CLIP);
            assertThat(w.data().toDoubles()[0]).isEqualTo(weightBefore);
        }

        @Override
        public void afterStep(Clock clock) {
            calls.add("afterStep " + clock.step());
            assertThat(norm(w)).isCloseTo(CLIP, within(1e-9));
            assertThat(w.data().toDoubles()[0]).isNotEqualTo(weightBefore);
        }

        @Override
        public List<Replacement> shrink(Clock clock) {
            calls.add("shrink");
            return List.of();
        }

        @Override
        public Map<String, Double> report() {
            calls.add("report");
            return Map.of("density", .75);
        }

        @Override
        public void finish() {
            calls.add("finish");
        }
    }

    private static ParameterGroup group(String name, Map<String, Variable> parameters, boolean ascent) {
        return new ParameterGroup(name, parameters, new ParameterGroup.Rate.Scheduled(1), 0, true, ascent);
    }

    private static TrainerSettings settings() {
        return TrainerSettings.of(1, 2, 0.01)
                .withBatch(2, 2)
                .withClip(CLIP)
                .withSteps(2, 1, 0)
                .withSeed(3);
    }

    private TrainingListener listener() {
        return new TrainingListener() {
            @Override
            public void onStart(long made, long steps) {
                calls.add("onStart " + made + "/" + steps);
            }

            @Override
            public void onStep(long made, long steps, double rate) {
                calls.add("onStep " + made + " " + rate);
            }

            @Override
            public void onLog(MetricsEntry entry) {
                calls.add("onLog " + entry.step());
                entries.add(entry);
            }

            @Override
            public void onEvaluation(MetricsEntry entry) {
                calls.add("onEvaluation " + entry.step() + " " + entry.number("exact"));
                assertThat(entry.number(MetricsEntry.LOSS)).isEmpty();
            }
        };
    }

    @Test
    void hooksAreCalledInTheOrderOfTheContract() {
        Observer observer = new Observer();
        Objective<Toy.Rows> objective = (rows, pass) -> {
            calls.add("loss of " + rows.count() + " from " + rows.examples().toLongs()[0]);
            return Toy.loss(observer.w, rows, pass);
        };
        int[] evaluations = {0};
        TrainingResult result = new Trainer<>(Toy.REFERENCE, settings(), data, objective, observer)
                .listen(listener())
                .evaluateWith(() -> Map.of("exact", (double) evaluations[0]++))
                .train();
        assertThat(calls)
                .containsExactly(
                        "parameterGroups",
                        "onStart 0/2",
                        "onEvaluation 0 OptionalDouble[0.0]",
                        "beforeStep 0/2",
                        "loss of 2 from 0",
                        "loss of 2 from 2",
                        "regularizer",
                        "afterBackward",
                        "afterStep 0",
                        "shrink",
                        "onStep 1 0.01",
                        "onEvaluation 1 OptionalDouble[1.0]",
                        "beforeStep 1/2",
                        "loss of 2 from 0",
                        "regularizer",
                        "afterBackward",
                        "afterStep 1",
                        "shrink",
                        "onStep 2 0.005",
                        "report",
                        "onLog 2",
                        "finish",
                        "onEvaluation 2 OptionalDouble[2.0]");
        assertThat(result.before()).containsExactly(Map.entry("exact", 0.0));
        assertThat(result.after()).containsExactly(Map.entry("exact", 2.0));
        assertThat(result.steps()).isEqualTo(2);
        assertThat(result.trainExamples()).isEqualTo(6);
    }

    @Test
    void lossAndRegularizerAreLoggedApart() {
        Observer observer = new Observer();
        List<Double> losses = new ArrayList<>();
        List<Double> penalties = new ArrayList<>();
        Objective<Toy.Rows> objective = (rows, pass) -> {
            Variable sum = Toy.loss(observer.w, rows, pass);
            losses.add(sum.data().item());
            penalties.add(Arrays.stream(observer.w.data().toDoubles())
                    .map(w -> w * w / 2)
                    .sum());
            return sum;
        };
        TrainingResult result = new Trainer<>(Toy.REFERENCE, settings(), data, objective, observer)
                .listen(listener())
                .train();
        double first = (losses.get(0) + losses.get(1)) / 4;
        double second = losses.get(2) / 2;
        MetricsEntry entry = entries.getFirst();
        assertThat(entry.number(MetricsEntry.LOSS).orElseThrow()).isCloseTo((first + second) / 2, within(1e-12));
        assertThat(entry.number(MetricsEntry.REGULARIZER).orElseThrow())
                .isCloseTo((penalties.get(0) + penalties.get(2)) / 2, within(1e-12));
        assertThat(entry.number(MetricsEntry.RATE)).hasValue(0.005);
        assertThat(entry.number(MetricsEntry.EPOCH)).hasValue(1);
        assertThat(entry.number("density")).hasValue(.75);
        assertThat(result.finalLoss()).isCloseTo(second, within(1e-12));
    }

    /** The gradient of the mean loss over a step of two micro-batches of different size, plus the regulariser's. */
    @Test
    void gradientsAreThoseOfTheMeanOverTheWholeBatchPlusTheRegularizer() {
        Toy three = Toy.of(3);
        Variable w = three.weight();
        double[] start = w.data().toDoubles();
        List<double[]> seen = new ArrayList<>();
        Controller controller = new Controller() {
            @Override
            public List<ParameterGroup> parameterGroups() {
                return List.of(group("all", Map.of("w", w), false));
            }

            @Override
            public Variable regularizer(Clock clock) {
                return Affine.scale(Sum.sum(Square.square(w)), 0.5);
            }

            @Override
            public void afterBackward(Clock clock) {
                seen.add(Objects.requireNonNull(w.gradient()).toDoubles());
            }
        };
        Objective<Toy.Rows> noDropout = (rows, pass) -> Toy.loss(w, rows, Pass.inference());
        TrainerSettings settings = TrainerSettings.of(1, 2, 0.01).withBatch(2, 2);
        new Trainer<>(Toy.REFERENCE, settings, three, noDropout, controller).train();
        double[] x = three.batch(new int[] {0, 1, 2}, 0).x().toDoubles();
        for (int i = 0; i < Toy.WIDTH; i++) {
            double mean = (x[i] + x[4 + i] + x[8 + i]) / 3;
            assertThat(seen.getFirst()[i]).isCloseTo(2 * (start[i] - mean) + start[i], within(1e-12));
        }
    }

    @Test
    void groupsHaveRatesAndDirectionsOfTheirOwn() {
        Map<String, Variable> ws = new LinkedHashMap<>();
        for (String name : List.of("scheduled", "half", "constant", "climbing")) {
            ws.put(name, data.weight());
        }
        Controller controller = new Controller() {
            @Override
            public List<ParameterGroup> parameterGroups() {
                return List.of(
                        one("scheduled", new ParameterGroup.Rate.Scheduled(1), false),
                        one("half", new ParameterGroup.Rate.Scheduled(.5), false),
                        one("constant", new ParameterGroup.Rate.Constant(.125), false),
                        one("climbing", new ParameterGroup.Rate.Constant(.125), true));
            }

            private ParameterGroup one(String name, ParameterGroup.Rate rate, boolean ascent) {
                return new ParameterGroup(name, Map.of(name, ws.get(name)), rate, 0, true, ascent);
            }
        };
        Objective<Toy.Rows> objective = (rows, pass) -> ws.values().stream()
                .map(w -> Toy.loss(w, rows, pass))
                .reduce(Add::add)
                .orElseThrow();
        double[] start = data.weight().data().toDoubles();
        // one step: AdamW moves every weight by its rate, against the sign of the gradient
        new Trainer<>(Toy.REFERENCE, TrainerSettings.of(1, 6, 0.01), data, objective, controller).train();
        double[] step = new double[Toy.WIDTH];
        double[] moved = ws.get("scheduled").data().toDoubles();
        for (int i = 0; i < step.length; i++) {
            step[i] = Math.signum(moved[i] - start[i]);
            assertMoved(ws.get("scheduled"), i, start[i] + .01 * step[i]);
            assertMoved(ws.get("half"), i, start[i] + .005 * step[i]);
            assertMoved(ws.get("constant"), i, start[i] + .125 * step[i]);
            assertMoved(ws.get("climbing"), i, start[i] - .125 * step[i]);
        }
    }

    private static void assertMoved(Variable w, int i, double expected) {
        assertThat(w.data().toDoubles()[i]).isCloseTo(expected, within(1e-8));
    }

    /** Elements do not see each other, so what is left of w must go the way it would have gone beside the others. */
    @Test
    void aShrunkParameterKeepsItsMoments() {
        Variable whole = data.weight();
        Shrinking never = new Shrinking(whole, Long.MAX_VALUE);
        Shrinking early = new Shrinking(data.weight(), 3);
        TrainerSettings settings = TrainerSettings.of(4, 2, 0.05);
        new Trainer<>(Toy.REFERENCE, settings, data, never::loss, never).train();
        new Trainer<>(Toy.REFERENCE, settings, data, early::loss, early).train();
        assertThat(early.w.data().toDoubles())
                .isEqualTo(Arrays.copyOf(whole.data().toDoubles(), 2));
    }

    private static final class Shrinking implements Controller {
        private final long at;
        private Variable w;

        Shrinking(Variable w, long at) {
            this.w = w;
            this.at = at;
        }

        Variable loss(Toy.Rows rows, Pass pass) {
            return Toy.loss(w, rows, Pass.inference());
        }

        @Override
        public List<ParameterGroup> parameterGroups() {
            return List.of(group("all", Map.of("w", w), false));
        }

        @Override
        public List<Replacement> shrink(Clock clock) {
            if (clock.step() != at) {
                return List.of();
            }
            Variable before = w;
            w = Variable.parameter(half(before.data()));
            return List.of(new Replacement(before, w, Shrinking::half));
        }

        private static Tensor half(Tensor x) {
            return x.slice(0, 0, 2).clone(x.dtype());
        }
    }

    @Test
    void groupsThatCannotBeTrainedAreRefused() {
        Variable w = data.weight();
        Variable frozen = Variable.constant(w.data());
        refuses("nothing to train", List.of());
        refuses("'w' of group 'a' is frozen", List.of(group("a", Map.of("w", frozen), false)));
        refuses("occurs twice", List.of(group("a", Map.of("w", w), false), group("b", Map.of("v", w), false)));
        refuses(
                "'w' of group 'b' or its name occurs twice",
                List.of(group("a", Map.of("w", w), false), group("b", Map.of("w", data.weight()), false)));
        Controller lying = new Controller() {
            @Override
            public List<ParameterGroup> parameterGroups() {
                return List.of(group("a", Map.of("w", w), false));
            }

            @Override
            public List<Replacement> shrink(Clock clock) {
                return List.of(new Replacement(frozen, w, x -> x));
            }
        };
        assertThatThrownBy(() -> train(w, lying)).hasMessageContaining("is no parameter of the run's groups");
    }

    private void refuses(String problem, List<ParameterGroup> groups) {
        assertThatThrownBy(() -> train(data.weight(), () -> groups)).hasMessageContaining(problem);
    }

    private void train(Variable w, Controller controller) {
        new Trainer<>(Toy.REFERENCE, TrainerSettings.of(1, 2, 0.01), data, Toy.objective(w), controller).train();
    }
}
