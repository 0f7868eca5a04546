package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class ShufflePropertyTest {
    @Property(tries = 200)
    void anOrderIsAPermutation(
            @ForAll long seed, @ForAll @LongRange(max = 1000) long epoch, @ForAll @IntRange(max = 200) int size) {
        int[] order = Shuffle.order(seed, epoch, size);
        assertThat(Arrays.stream(order).sorted().toArray())
                .isEqualTo(IntStream.range(0, size).toArray());
        assertThat(Shuffle.order(seed, epoch, size)).isEqualTo(order);
    }

    @Property(tries = 50)
    void seedsAndEpochsHaveOrdersOfTheirOwn(@ForAll long seed, @ForAll @LongRange(max = 1000) long epoch) {
        int[] order = Shuffle.order(seed, epoch, 50);
        assertThat(Shuffle.order(seed + 1, epoch, 50)).isNotEqualTo(order);
        assertThat(Shuffle.order(seed, epoch + 1, 50)).isNotEqualTo(order);
    }

    /** All 24 orders of four examples over 24,000 epochs: chi-squared with 23 degrees stays below its 1 - 1e-6 point. */
    @Example
    void everyOrderIsEquallyLikely() {
        Map<String, Integer> counts = new HashMap<>();
        int epochs = 24_000;
        for (int epoch = 0; epoch < epochs; epoch++) {
            counts.merge(Arrays.toString(Shuffle.order(7, epoch, 4)), 1, Integer::sum);
        }
        assertThat(counts).hasSize(24);
        double expected = epochs / 24.0;
        double chiSquared = counts.values().stream()
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        assertThat(chiSquared).isLessThan(71);
    }

    @Property(tries = 200)
    void everyEpochSeesEveryExampleOnce(
            @ForAll @IntRange(min = 1, max = 60) int examples,
            @ForAll @IntRange(min = 1, max = 20) int batch,
            @ForAll @IntRange(min = 1, max = 4) int accumulate,
            @ForAll @IntRange(min = 1, max = 3) int epochs,
            @ForAll long seed) {
        StepPlan plan = new StepPlan(examples, batch, accumulate, epochs, seed);
        assertThat(plan.stepsPerEpoch()).isEqualTo((examples + batch * accumulate - 1) / (batch * accumulate));
        for (int epoch = 0; epoch < epochs; epoch++) {
            long first = epoch * plan.stepsPerEpoch();
            int[] seen = IntStream.range(0, (int) plan.stepsPerEpoch())
                    .mapToObj(step -> plan.microBatches(first + step))
                    .flatMap(List::stream)
                    .flatMapToInt(Arrays::stream)
                    .toArray();
            assertThat(seen).isEqualTo(Shuffle.order(seed, epoch, examples));
        }
    }

    @Property(tries = 100)
    void accumulationOnlyCutsABatch(
            @ForAll @IntRange(min = 1, max = 100) int examples,
            @ForAll @IntRange(min = 1, max = 10) int batch,
            @ForAll @IntRange(min = 1, max = 4) int accumulate,
            @ForAll long seed,
            @ForAll @LongRange(max = 1000) long at) {
        StepPlan whole = new StepPlan(examples, batch * accumulate, 1, 2, seed);
        StepPlan cut = new StepPlan(examples, batch, accumulate, 2, seed);
        assertThat(cut.steps()).isEqualTo(whole.steps());
        long step = at % whole.steps();
        int[] joined =
                cut.microBatches(step).stream().flatMapToInt(Arrays::stream).toArray();
        assertThat(joined).isEqualTo(whole.microBatches(step).getFirst());
        assertThat(cut.microBatches(step)).allSatisfy(micro -> assertThat(micro).hasSizeBetween(1, batch));
    }

    @Example
    void stepsOutsideTheRunAreRefused() {
        StepPlan plan = new StepPlan(10, 4, 1, 2, 0);
        assertThat(plan.steps()).isEqualTo(6);
        assertThatThrownBy(() -> plan.microBatches(6)).hasMessageContaining("step 6 of a run of 6");
        assertThatThrownBy(() -> plan.microBatches(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new StepPlan(0, 4, 1, 2, 0)).hasMessageContaining("at least 1");
    }
}
