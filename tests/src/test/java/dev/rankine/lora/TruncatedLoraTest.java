package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.Svd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The yardstick over whole runs of small models. */
class TruncatedLoraTest {
    private static final long STEPS = 12;

    private static SmallRun run(int kept, long seed) {
        return new SmallRun("truncated", Map.of("rank", "3", "density", "" + kept / 9.0), seed);
    }

    /** Plain LoRA with the same seed, trained alike. */
    private static SmallRun plain(long seed) {
        SmallRun plain = new SmallRun("lora", Map.of("rank", "3"), seed);
        plain.train(plain.rig(STEPS), STEPS);
        return plain;
    }

    private static List<double[]> deltas(SmallRun run) {
        return run.adapted.lowRank().stream()
                .map(module -> module.delta().toDoubles())
                .toList();
    }

    private static double squaredDistance(List<double[]> some, List<double[]> others) {
        double sum = 0;
        for (int k = 0; k < some.size(); k++) {
            for (int i = 0; i < some.get(k).length; i++) {
                sum += Math.pow(some.get(k)[i] - others.get(k)[i], 2);
            }
        }
        return sum;
    }

    /** Every way to share out the budget is tried: none comes nearer to the trained change. */
    @Property(tries = 20)
    void noOtherChangeOfThatBudgetIsNearer(
            @ForAll @IntRange(min = 1, max = 9) int kept, @ForAll @IntRange(max = 99) int seed) {
        SmallRun run = run(kept, seed);
        run.train(run.rig(STEPS), STEPS);
        run.adapted.controller().finish();
        assertThat(run.adapted.retained().triplets()).isEqualTo(kept);

        SmallRun plain = plain(seed);
        double[][] values = plain.adapted.lowRank().stream()
                .map(module -> Svd.of(Matrix.of(module.delta())).values())
                .toArray(double[][]::new);
        double best = Double.POSITIVE_INFINITY;
        for (int[] ranks : allocations(kept)) {
            double missed = 0;
            for (int k = 0; k < 3; k++) {
                missed +=
                        Arrays.stream(values[k]).skip(ranks[k]).map(v -> v * v).sum();
            }
            best = Math.min(best, missed);
        }
        assertThat(squaredDistance(deltas(run), deltas(plain))).isCloseTo(best, within(1e-5 * (1 + best)));
    }

    private static List<int[]> allocations(int kept) {
        List<int[]> allocations = new ArrayList<>();
        for (int first = 0; first <= 3; first++) {
            for (int second = 0; second <= 3; second++) {
                int third = kept - first - second;
                if (third >= 0 && third <= 3) {
                    allocations.add(new int[] {first, second, third});
                }
            }
        }
        return allocations;
    }

    @Test
    void upToTheCutItIsPlainLora() {
        SmallRun run = run(9, 2);
        run.train(run.rig(STEPS), STEPS);
        SmallRun plain = plain(2);
        assertThat(run.numbers()).containsExactly(plain.numbers(), within(1e-5));
        assertThat(run.adapted.controller().report()).containsEntry("density", 1.0);
    }

    @Test
    void aResumedRunHasTheBitsOfAnUninterruptedOne() {
        SmallRun whole = run(4, 6);
        Rig rig = whole.rig(STEPS);
        whole.train(rig, 5);
        Map<String, Tensor> checkpoint = rig.checkpoint();
        whole.train(rig, STEPS);
        SmallRun again = run(4, 6);
        again.train(again.resume(STEPS, checkpoint, 5), STEPS);
        assertThat(again.numbers()).isEqualTo(whole.numbers());
        again.adapted.controller().finish();
    }

    @Test
    void aControllerThatSawNoStepOrNoCutRefusesToFinish() {
        SmallRun run = run(4, 6);
        assertThatThrownBy(run.adapted.controller()::finish).hasMessageContaining("saw no step");
        run.step(run.rig(STEPS));
        assertThatThrownBy(run.adapted.controller()::finish).hasMessageContaining("after 1 steps");
        assertThatThrownBy(() -> new SmallRun("truncated", Map.of("rank", "2", "density", ".05"), 6))
                .hasMessageContaining("keeps none");
    }
}
