package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.data.SequencePairs;
import dev.rankine.transformer.train.Clock;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.ParameterGroup;
import dev.rankine.transformer.train.Seq2SeqObjective;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingListener;
import dev.rankine.transformer.train.TrainingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** SaLoRA on a small BART, driven by the Trainer: densities in the log, the cut, and going on after an interruption. */
class SaLoraOnBartTest {
    private static final int RANK = 4;
    private static final int TRIPLETS = 16 * RANK;
    private static final Map<String, String> SETTINGS =
            Map.of("rank", "" + RANK, "density", "0.4", "beta", "0.01", "spread", "1");

    private final Backend backend = Backends.choose(null, 2).backend();
    private final Bart model = Checkpoints.load(Repository.root().resolve("tests/fixtures/bart_scaled"), backend)
            .model();
    private final AdaptedModel adapted = SaLoraMethod.paper().with(SETTINGS).attach(model, new Method.Run(3, 0));
    private final SaLora salora = (SaLora) adapted.controller();

    private Trainer<SequenceBatch> trainer(Controller controller) {
        TrainerSettings settings =
                TrainerSettings.of(4, 6, .01).withSeed(2).withBatch(3, 2).withSteps(1, 0, 1);
        SequenceBatcher batcher = new SequenceBatcher(backend, 1, 2);
        return new Trainer<>(
                backend, settings, new SequencePairs(pairs(30), batcher), new Seq2SeqObjective(model), controller);
    }

    /** Random words; the target is the source backwards. */
    private static List<SequencePair> pairs(int count) {
        List<SequencePair> pairs = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            long[] word = new long[2 + n % 5];
            for (int i = 0; i < word.length; i++) {
                word[i] = 3 + (long) (16 * Philox.uniform(9, 1, 0, n, i));
            }
            pairs.add(new SequencePair(framed(word), framed(reversed(word))));
        }
        return pairs;
    }

    private static long[] framed(long... word) {
        return LongStream.concat(LongStream.concat(LongStream.of(0), Arrays.stream(word)), LongStream.of(2))
                .toArray();
    }

    private static long[] reversed(long... word) {
        long[] back = new long[word.length];
        Arrays.setAll(back, i -> word[word.length - 1 - i]);
        return back;
    }

    private double[] logits() {
        SequenceBatch batch = new SequenceBatcher(backend, 1, 2).batch(pairs(8), 0);
        try (var _ = GradientMode.noGrad()) {
            return model.logits(batch.inputIds(), batch.inputMask(), batch.decoderIds(), Pass.inference())
                    .data()
                    .toDoubles();
        }
    }

    @Test
    void theCutKeepsTheShareAskedForAndChangesNoLogitOfTheMaskedModel() {
        CutWatcher watcher = new CutWatcher();
        List<MetricsEntry> log = new ArrayList<>();
        trainer(watcher)
                .listen(new TrainingListener() {
                    @Override
                    public void onLog(MetricsEntry entry) {
                        log.add(entry);
                    }
                })
                .train();
        int kept = Math.toIntExact(Math.round(.4 * TRIPLETS));
        assertThat(watcher.cut).isNotNull().containsExactly(watcher.masked, within(1e-5));
        assertThat(adapted.retained().triplets()).isEqualTo(kept);
        assertThat(log).hasSize(20);
        for (MetricsEntry entry : log) {
            double density = entry.numbers().get("density");
            assertThat(entry.numbers()).containsKeys("parameter_density", "multiplier", "orthogonality");
            assertThat(density == (double) kept / TRIPLETS).isEqualTo(entry.step() >= 10);
        }
        assertThat(model.sites().linear().stream()
                        .filter(site -> site.isOccupied())
                        .count())
                .isEqualTo(adapted.retained().rank().values().stream()
                        .filter(rank -> rank > 0)
                        .count());
    }

    /** Hands everything on and looks at the logits on both sides of the cut. */
    private final class CutWatcher implements Controller {
        private double[] masked = {};
        private double @Nullable [] cut;

        @Override
        public List<Replacement> shrink(Clock clock) {
            if (clock.step() + 1 == clock.stepAt(.5)) {
                double[] la = salora.locations().data().toDoubles();
                mask(TopTriplets.of(la, Math.toIntExact(Math.round(.4 * TRIPLETS))), la);
                masked = logits();
            }
            List<Replacement> replacements = salora.shrink(clock);
            if (!replacements.isEmpty()) {
                cut = logits();
            }
            return replacements;
        }

        private void mask(boolean[] open, double... la) {
            double[] median = DeterministicGate.MEDIAN.of(new HardConcrete(1, -.1, 1.1), la);
            int from = 0;
            for (Adapter adapter : adapted.adapters()) {
                double[] gates = new double[RANK];
                for (int j = 0; j < RANK; j++) {
                    gates[j] = open[from + j] ? median[from + j] : 0;
                }
                from += RANK;
                Variable gate = Variable.constant(Tensor.of(backend, DType.F32, Shape.of(RANK), gates));
                ((Lora) adapter).gate(new Lora.Gate(gate, gate));
            }
        }

        @Override
        public List<ParameterGroup> parameterGroups() {
            return salora.parameterGroups();
        }

        @Override
        public void beforeStep(Clock clock) {
            salora.beforeStep(clock);
        }

        @Override
        public @Nullable Variable regularizer(Clock clock) {
            return salora.regularizer(clock);
        }

        @Override
        public void afterBackward(Clock clock) {
            salora.afterBackward(clock);
        }

        @Override
        public void afterStep(Clock clock) {
            salora.afterStep(clock);
        }

        @Override
        public Map<String, Double> report() {
            return salora.report();
        }

        @Override
        public void finish() {
            salora.finish();
        }
    }

    /** Interrupted before the gates, among them, at the cut and after it. */
    @Test
    void aResumedRunHasTheBitsOfAnUninterruptedOne() {
        Map<Long, TrainingState> states = new LinkedHashMap<>();
        trainer(salora)
                .checkpointTo(state -> states.put(state.step(), copy(state)))
                .train();
        double[] expected = logits();
        for (long step : new long[] {2, 6, 10, 15}) {
            SaLoraOnBartTest again = new SaLoraOnBartTest();
            again.trainer(again.salora).resume(states.get(step));
            assertThat(again.logits()).as("interrupted after step %d", step).isEqualTo(expected);
            assertThat(again.salora.report()).isEqualTo(salora.report());
        }
    }

    private static TrainingState copy(TrainingState state) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        state.tensors().forEach((name, tensor) -> tensors.put(name, persistent(tensor)));
        return new TrainingState(state.step(), state.seconds(), state.before(), state.settings(), tensors);
    }

    private static Tensor persistent(Tensor tensor) {
        return tensor.dtype() == DType.I64
                ? Tensor.ofLongs(tensor.backend(), tensor.shape(), tensor.toLongs())
                : tensor.clone(tensor.dtype());
    }
}
