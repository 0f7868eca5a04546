package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.SquareRoot;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Probe;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.data.SequenceBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TrainerTest {
    private static Copying copying(int examples) {
        return new Copying(Toy.REFERENCE, DType.F32, examples);
    }

    @Test
    void anEncoderDecoderLearnsToCopy() {
        Copying task = copying(128);
        List<MetricsEntry> entries = new ArrayList<>();
        TrainingResult result = task.trainer(TrainerSettings.of(20, 16, 1e-2).withSteps(40, 0, 0))
                .evaluateWith(task.accuracy(50))
                .listen(new TrainingListener() {
                    @Override
                    public void onLog(MetricsEntry entry) {
                        entries.add(entry);
                    }
                })
                .train();
        assertThat(result.before().get("exact")).isLessThan(.2);
        assertThat(result.after().get("exact")).isGreaterThan(.9);
        assertThat(result.after().get("error_rate")).isLessThan(.05);
        assertThat(entries).extracting(MetricsEntry::step).containsExactly(40L, 80L, 120L, 160L);
        assertThat(entries.getLast().number(MetricsEntry.LOSS).orElseThrow())
                .isLessThan(entries.getFirst().number(MetricsEntry.LOSS).orElseThrow() / 3);
        assertThat(result.trainSeconds()).isPositive();
        assertThat(result.msPerStep()).isCloseTo(1000 * result.trainSeconds() / 160, within(1e-9));
        assertThat(result.medianMsPerStep()).isPositive();
    }

    @Test
    void aRunRepeatedGivesTheSameBits() {
        TrainerSettings settings = TrainerSettings.of(2, 8, 1e-2).withSeed(4);
        Copying one = copying(30);
        Copying two = copying(30);
        TrainingResult first = one.trainer(settings).train();
        TrainingResult second = two.trainer(settings).train();
        assertThat(two.bits()).isEqualTo(one.bits());
        assertThat(second.finalLoss()).isEqualTo(first.finalLoss());
        Copying other = copying(30);
        other.trainer(settings.withSeed(5)).train();
        assertThat(other.bits()).isNotEqualTo(one.bits());
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        assumeTrue(
                Backends.all().stream()
                        .anyMatch(candidate ->
                                candidate.name().equals("vector") && candidate.probe() instanceof Probe.Ready),
                "the vector back-end cannot run here");
        TrainerSettings settings = TrainerSettings.of(1, 8, 1e-2);
        List<Map<String, List<Double>>> results = new ArrayList<>();
        for (int threads : new int[] {1, 2, 3}) {
            try (Backend vector = Backends.choose("vector", threads).backend()) {
                Copying task = new Copying(vector, DType.F32, 40);
                task.trainer(settings).train();
                results.add(task.bits());
            }
        }
        assertThat(results.get(1)).isEqualTo(results.get(0));
        assertThat(results.get(2)).isEqualTo(results.get(0));
    }

    /** Dropout is on: its masks belong to examples, wherever a micro-batch ends. */
    @Test
    void microBatchesGiveTheStepOfTheWholeBatch() {
        Copying whole = new Copying(Toy.REFERENCE, DType.F64, 20);
        Copying cut = new Copying(Toy.REFERENCE, DType.F64, 20);
        whole.trainer(TrainerSettings.of(2, 8, 1e-2)).train();
        cut.trainer(TrainerSettings.of(2, 8, 1e-2).withBatch(3, 3)).train();
        Copying same = new Copying(Toy.REFERENCE, DType.F64, 20);
        same.trainer(TrainerSettings.of(2, 8, 1e-2).withBatch(4, 2)).train();
        assertThat(largestDifference(whole, same)).isLessThan(1e-9);
        assertThat(largestDifference(whole, cut))
                .as("batches of 9 are another run")
                .isGreaterThan(1e-4);
    }

    private static double largestDifference(Copying one, Copying two) {
        double largest = 0;
        for (String name : one.weights.keySet()) {
            double[] a = one.weights.get(name).data().toDoubles();
            double[] b = two.weights.get(name).data().toDoubles();
            for (int i = 0; i < a.length; i++) {
                largest = Math.max(largest, Math.abs(a[i] - b[i]));
            }
        }
        return largest;
    }

    @Test
    void frozenWeightsNeverChange() {
        Copying task = copying(16);
        Map<String, Variable> decoder = task.weights.entrySet().stream()
                .filter(weight -> weight.getKey().startsWith("model.decoder"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
        Map<String, List<Double>> before = task.bits();
        new Trainer<>(
                        task.backend,
                        TrainerSettings.of(2, 8, 1e-2),
                        task.data,
                        new Seq2SeqObjective(task.model),
                        new WeightTraining(decoder, .1))
                .train();
        Map<String, List<Double>> after = task.bits();
        assertThat(before.keySet()).anyMatch(name -> !decoder.containsKey(name));
        before.forEach((name, bits) -> {
            if (decoder.containsKey(name)) {
                assertThat(after.get(name)).as(name).isNotEqualTo(bits);
            } else {
                assertThat(after.get(name)).as(name).isEqualTo(bits);
            }
        });
    }

    @Test
    void aWarmStepAllocatesNoMemory() {
        Copying task = copying(8);
        TrainerSettings settings = TrainerSettings.of(1, 8, 1e-2);
        Updates updates = new Updates(new WeightTraining(task.weights, 0).parameterGroups());
        TrainingStep<SequenceBatch> step = new TrainingStep<>(
                task.backend,
                settings,
                new Seq2SeqObjective(task.model),
                new WeightTraining(task.weights, 0),
                updates,
                Workers.ALONE,
                10);
        List<SequenceBatch> batches = List.of(task.data.batch(new int[] {0, 1, 2, 3, 4, 5, 6, 7}, 0));
        step.make(0, batches, 1e-2);
        int allocations = step.memory().allocations();
        assertThat(allocations).isPositive();
        for (int i = 1; i < 5; i++) {
            step.make(i, batches, 1e-2);
        }
        assertThat(step.memory().allocations()).isEqualTo(allocations);
    }

    @Test
    void aLossThatIsNotFiniteStopsTheRunAndNamesItsStep() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            Toy data = Toy.of(20);
            Variable w = data.weight();
            int[] calls = {0};
            Objective<Toy.Rows> objective =
                    (rows, pass) -> Affine.affine(Toy.loss(w, rows, pass), 1, calls[0]++ == 6 ? bad : 0);
            List<MetricsEntry> entries = new ArrayList<>();
            Trainer<Toy.Rows> trainer = new Trainer<>(
                            Toy.REFERENCE,
                            TrainerSettings.of(1, 2, 1e-2).withSteps(4, 0, 0),
                            data,
                            objective,
                            new WeightTraining(Map.of("w", w), 0))
                    .listen(new TrainingListener() {
                        @Override
                        public void onLog(MetricsEntry entry) {
                            entries.add(entry);
                        }
                    });
            assertThatThrownBy(trainer::train)
                    .isInstanceOfSatisfying(
                            DivergedException.class,
                            error -> assertThat(error.step()).isEqualTo(7))
                    .hasMessageStartingWith("step 7 of 10: the loss is " + bad);
            assertThat(entries).hasSize(1);
        }
    }

    /** The loss is finite, but its gradient is not. */
    @Test
    void aGradientThatIsNotFiniteNeverReachesTheWeights() {
        Toy data = Toy.of(2);
        Variable w = data.weight();
        Objective<Toy.Rows> objective = (rows, pass) -> SquareRoot.squareRoot(Affine.scale(Toy.loss(w, rows, pass), 0));
        Trainer<Toy.Rows> trainer = new Trainer<>(
                Toy.REFERENCE, TrainerSettings.of(1, 2, 1e-2), data, objective, new WeightTraining(Map.of("w", w), 0));
        double[] before = w.data().toDoubles();
        assertThatThrownBy(trainer::train)
                .hasMessageStartingWith("step 1 of 1: the gradient of w is not finite; it was made first by")
                .hasMessageContaining("in w, on the way back");
        assertThat(w.data().toDoubles()).isEqualTo(before);
    }

    @Test
    void theRateFallsLinearlyAfterItsWarmup() {
        Toy data = Toy.of(10);
        List<Double> rates = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onStep(long made, long steps, double rate) {
                rates.add(rate);
            }
        };
        Variable w = data.weight();
        TrainerSettings settings = TrainerSettings.of(1, 1, 0.5).withWarmup(Warmup.of(.4));
        new Trainer<>(Toy.REFERENCE, settings, data, Toy.objective(w), new WeightTraining(Map.of("w", w), 0))
                .listen(listener)
                .train();
        assertThat(rates).hasSize(10);
        for (int t = 0; t < 10; t++) {
            double expected = t < 4 ? .5 * t / 4 : .5 * (1 - (t - 4) / 6.0);
            assertThat(rates.get(t)).isCloseTo(expected, within(1e-15));
        }
    }

    @Test
    void lossesAndBatchesOfTheWrongKindAreRefused() {
        Toy data = Toy.of(4);
        Variable w = data.weight();
        Objective<Toy.Rows> perRow = (rows, pass) -> w;
        assertThatThrownBy(() -> train(data, perRow, w)).hasMessageContaining("the sum of a micro-batch");
        Objective<Toy.Rows> elsewhere =
                (rows, pass) -> Variable.constant(Tensor.zeros(Toy.REFERENCE, DType.F64, Shape.of()));
        assertThatThrownBy(() -> train(data, elsewhere, w)).hasMessageContaining("needs a gradient");
        assertThatThrownBy(() -> train(Toy.of(0), Toy.objective(w), w)).hasMessageContaining("at least 1");
    }

    private static void train(Toy data, Objective<Toy.Rows> objective, Variable w) {
        new Trainer<>(
                        Toy.REFERENCE,
                        TrainerSettings.of(1, 2, 1e-2),
                        data,
                        objective,
                        new WeightTraining(Map.of("w", w), 0))
                .train();
    }

    @Test
    void aControllerThatSawNoStepRefusesToFinish() {
        WeightTraining controller = new WeightTraining(Map.of("w", Toy.of(1).weight()), 0);
        assertThatThrownBy(controller::finish).hasMessageContaining("saw no step");
    }
}
