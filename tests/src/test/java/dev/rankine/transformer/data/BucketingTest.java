package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.optim.Schedule;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Batches by length, and the schedule that came with the tasks that use them. */
class BucketingTest {
    private static final int EXAMPLES = 1003;

    private static int length(int example) {
        return example * 37 % 50;
    }

    private static List<int[]> steps(StepPlan plan, int epoch) {
        return LongStream.range(epoch * plan.stepsPerEpoch(), (epoch + 1) * plan.stepsPerEpoch())
                .mapToObj(step -> plan.microBatches(step).stream()
                        .flatMapToInt(Arrays::stream)
                        .toArray())
                .toList();
    }

    private static double padding(List<int[]> steps) {
        return steps.stream()
                .mapToInt(step -> {
                    int longest =
                            Arrays.stream(step).map(BucketingTest::length).max().orElse(0);
                    return Arrays.stream(step)
                            .map(example -> longest - length(example))
                            .sum();
                })
                .sum();
    }

    @Test
    void everyExampleIsSeenOncePerEpochWithLittleToPadAndTheSameEveryTime() {
        StepPlan plain = new StepPlan(EXAMPLES, 4, 2, 2, 7);
        StepPlan bucketed = plain.bucketedBy(BucketingTest::length);
        for (int epoch = 0; epoch < 2; epoch++) {
            List<int[]> steps = steps(bucketed, epoch);
            assertThat(steps.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                    .isEqualTo(IntStream.range(0, EXAMPLES).toArray());
            assertThat(steps.getLast()).hasSize(EXAMPLES % 8);
            assertThat(padding(steps)).isLessThan(padding(steps(plain, epoch)) / 4);
            assertThat(steps(plain.bucketedBy(BucketingTest::length), epoch).toArray())
                    .isEqualTo(steps.toArray());
        }
        assertThat(steps(bucketed, 0).getFirst())
                .isNotEqualTo(steps(bucketed, 1).getFirst());
    }

    @Test
    void aCosineFallsFromItsPeakToNothing() {
        Schedule cosine = new Schedule.Cosine(2, 10, 110);
        assertThat(cosine.rate(5)).isEqualTo(1);
        assertThat(cosine.rate(10)).isEqualTo(2);
        assertThat(cosine.rate(60)).isCloseTo(1, within(1e-12));
        assertThat(cosine.rate(109)).isBetween(0.0, 1e-3);
    }
}
