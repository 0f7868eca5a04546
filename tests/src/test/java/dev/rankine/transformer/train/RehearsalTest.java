package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.data.Dataset;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.data.SequencePairs;
import dev.rankine.transformer.data.StepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The largest batch of a run, passed through the model after some steps, leaves memory behind and nothing else. */
class RehearsalTest {
    private static final Backend BACKEND = Backends.choose("reference", 1).backend();
    private static final TrainerSettings SETTINGS = TrainerSettings.of(1, 2, 1e-2);
    private static final int STEPS = 30;
    private static final int REHEARSED_AFTER = 20;

    /** Data that notes the batches that are made of it. One example is said to be longer than all others, or none. */
    private record Watched(SequencePairs pairs, int longest, List<List<Integer>> batches)
            implements Dataset<SequenceBatch> {
        @Override
        public int size() {
            return pairs.size();
        }

        @Override
        public int length(int example) {
            return example == longest ? 2 : 1;
        }

        @Override
        public SequenceBatch batch(int[] examples, int first) {
            batches.add(Arrays.stream(examples).boxed().toList());
            return pairs.batch(examples, first);
        }
    }

    /** A whole run; the batches that it made, and then the bits that it ended with. */
    private record Run(List<List<Integer>> batches, List<List<Double>> bits) {
        static Run of(String name, int longest) {
            Copying task = new Copying(BACKEND, DType.F32, 2 * STEPS);
            Watched data = new Watched(task.data, longest, new ArrayList<>());
            Method method = Methods.named(name);
            AdaptedModel adapted = (method.settings().containsKey("rank") ? method.with(Map.of("rank", "2")) : method)
                    .attach(task.model, new Method.Run(3, 0));
            new Trainer<>(BACKEND, SETTINGS, data, new Seq2SeqObjective(task.model), adapted.controller()).train();
            return new Run(
                    data.batches(),
                    adapted.controller().parameterGroups().stream()
                            .flatMap(group -> group.parameters().values().stream())
                            .map(parameter -> Copying.bits(parameter.data()))
                            .toList());
        }
    }

    private static int exampleOfStep(int step) {
        return new StepPlan(2 * STEPS, 2, 1, 1, SETTINGS.seed())
                .microBatches(step)
                .getFirst()[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "dora", "salora", "adalora", "sora", "salientlora", "full"})
    void itChangesNoBit(String method) {
        Run plain = Run.of(method, -1);
        Run rehearsed = Run.of(method, exampleOfStep(STEPS - 1));
        assertThat(plain.batches()).hasSize(STEPS);
        assertThat(rehearsed.batches()).hasSize(STEPS + 1);
        assertThat(rehearsed.bits()).isEqualTo(plain.bits());
    }

    @Test
    void itsBatchHoldsTheLongestExample() {
        int longest = exampleOfStep(STEPS - 1);
        assertThat(Run.of("lora", longest).batches().get(REHEARSED_AFTER))
                .hasSize(2)
                .startsWith(longest);
    }

    @Test
    void whatWasAlreadySeenIsNotRehearsed() {
        assertThat(Run.of("lora", exampleOfStep(REHEARSED_AFTER - 1)).batches()).hasSize(STEPS);
    }

    @Test
    void equallyLongExamplesAreTakenByTheirNumbers() {
        int[] lengths = {3, 9, 1, 9, 9, 0};
        assertThat(new StepPlan(6, 4, 1, 1, 0).longest(example -> lengths[example]))
                .containsExactly(1, 3, 4, 0);
        assertThat(new StepPlan(2, 4, 1, 1, 0).longest(example -> lengths[example]))
                .containsExactly(1, 0);
    }

    /** Lengths of a long tail, most far below the longest. */
    @Test
    void afterItEveryBatchFindsItsMemory() {
        Random random = new Random(1);
        SequencePairs data = new SequencePairs(
                IntStream.range(0, 400).mapToObj(example -> longTailed(random)).toList(),
                new SequenceBatcher(BACKEND, 0, 1));
        TransformerSettings.Stack stack = new TransformerSettings.Stack(1, 2, 16);
        Bart model =
                new Bart(TransformerSettings.of(11, 8, 22, stack, stack), new RandomWeights(BACKEND, DType.F32, 1));
        WeightTraining controller = new WeightTraining(model.weights(), 0);
        TrainerSettings settings = TrainerSettings.of(1, 4, 1e-4);
        TrainingStep<SequenceBatch> step = new TrainingStep<>(
                BACKEND,
                settings,
                new Seq2SeqObjective(model),
                controller,
                new Updates(controller.parameterGroups()),
                Workers.ALONE,
                100);
        StepPlan plan = settings.plan(data);
        step.rehearseWith(data.batch(plan.longest(data::length), 0));
        int allocations = 0;
        for (int t = 0; t < plan.steps(); t++) {
            step.make(t, List.of(data.batch(plan.microBatches(t).getFirst(), 0)), 1e-4);
            allocations = t == 0 ? step.memory().allocations() : allocations;
        }
        assertThat(step.memory().allocations()).isEqualTo(allocations);
    }

    private static SequencePair longTailed(Random random) {
        int length = 2 + (int) (18 * Math.pow(random.nextDouble(), 3));
        return new SequencePair(
                random.longs(length, 3, 11).toArray(),
                random.longs(length, 3, 11).toArray());
    }
}
