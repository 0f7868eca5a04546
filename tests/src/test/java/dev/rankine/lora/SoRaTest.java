package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.train.ParameterGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SoRA over whole runs of small models, and its sparsifying scheduler. */
class SoRaTest {
    private static SmallRun run(Map<String, String> settings, long seed) {
        Map<String, String> all = new TreeMap<>(Map.of("rank", "3"));
        all.putAll(settings);
        return new SmallRun("sora", all, seed);
    }

    private static SoRa sora(SmallRun run) {
        return (SoRa) run.adapted.controller();
    }

    /** The step on the gates is AdamW's without decay, then T_xi with xi = rate lambda. */
    @ParameterizedTest
    @ValueSource(doubles = {0, .5, 30})
    void aStepIsAdamsAndThenTheThreshold(double lambda) {
        SmallRun run = run(Map.of("lambda", "" + lambda), 1);
        double[] before = sora(run).gates();
        b(run);
        Rig rig = run.rig(5);
        run.step(rig);
        double[] after = sora(run).gates();
        for (int j = 0; j < before.length; j++) {
            // Adam's first step has the length of the rate, .01
            double low = threshold(before[j] - .01, .01 * lambda);
            double high = threshold(before[j] + .01, .01 * lambda);
            assertThat(Math.min(Math.abs(after[j] - low), Math.abs(after[j] - high)))
                    .isLessThan(1e-4);
        }
    }

    private static double threshold(double v, double xi) {
        return Math.signum(v) * Math.max(Math.abs(v) - xi, 0);
    }

    /** B other than 0, so that gates have gradients. */
    private static void b(SmallRun run) {
        int stream = 40;
        for (Adapter adapter : run.adapted.adapters()) {
            Tensor b = ((Lora) adapter).b().data();
            b.write(run.model.normal(stream++, 1, b.shape()).toDoubles());
        }
    }

    @Test
    void gatesHaveARateOfTheirOwnAndNoDecay() {
        AdaptedModel adapted = Methods.named("sora")
                .with(Map.of("rank", "2", "gate-rate", "3"))
                .attach(new Chain(SmallRun.REFERENCE, DType.F32, 1, 4, 5), new Method.Run(7, .1));
        List<ParameterGroup> groups = adapted.controller().parameterGroups();
        assertThat(groups.get(0).weightDecay()).isEqualTo(.1);
        assertThat(groups.get(1).weightDecay()).isZero();
        assertThat(groups.get(1).rate()).isEqualTo(new ParameterGroup.Rate.Scheduled(3));
        assertThat(groups.get(1).parameters().keySet()).allMatch(name -> name.endsWith(".gate"));
    }

    /** A closed gate silences its A and B, not itself. */
    @Test
    void aClosedGateCanComeBack() {
        SmallRun run = run(Map.of("lambda", "0"), 2);
        b(run);
        Map<String, Variable> gates = sora(run).parameterGroups().get(1).parameters();
        Variable gate = gates.get("layers.1.fc.gate");
        double[] values = gate.data().toDoubles();
        values[1] = 0;
        gate.data().write(values);
        Rig rig = run.rig(5);
        Lora lora = (Lora) run.adapted.adapters().get(1);
        double[] a = lora.a().data().toDoubles();
        double[] b = lora.b().data().toDoubles();
        run.step(rig);
        int inputs = lora.site().inputs();
        assertThat(Arrays.copyOfRange(lora.a().data().toDoubles(), inputs, 2 * inputs))
                .isEqualTo(Arrays.copyOfRange(a, inputs, 2 * inputs));
        assertThat(lora.b().data().toDoubles()[1]).isEqualTo(b[1]);
        assertThat(lora.b().data().toDoubles()[0]).isNotEqualTo(b[0]);
        assertThat(gate.data().toDoubles()[1]).isNotZero();
    }

    @Test
    void aStrongerThresholdLeavesFewerGates() {
        List<Double> densities = new ArrayList<>();
        for (String lambda : List.of("0", "0.2", "0.6", "40")) {
            SmallRun run = run(Map.of("lambda", lambda, "rank", "5"), 3);
            run.train(run.rig(150), 149);
            densities.add(sora(run).report().get("density"));
        }
        assertThat(densities.getFirst()).isEqualTo(1);
        assertThat(densities.getLast()).isZero();
        assertThat(densities).isSortedAccordingTo((x, y) -> Double.compare(y, x));
        assertThat(densities.get(2)).isStrictlyBetween(0.0, 1.0);
    }

    /** Without a density what is left is what the gates left; deleting it changes no output. */
    @Test
    void theCutDeletesClosedGatesAndFoldsTheOthers() {
        SmallRun run = run(Map.of("lambda", "0.6", "rank", "5", "end", "0.75"), 3);
        Rig rig = run.rig(200);
        run.train(rig, 149);
        rig.update(() -> run.loss(rig));
        double[] gated = run.numbers();
        long open = Arrays.stream(sora(run).gates()).filter(g -> g != 0).count();
        double density = sora(run).report().get("density");
        double weighted = sora(run).report().get("parameter_density");
        assertThat(density).isEqualTo(open / 15.0).isStrictlyBetween(0.0, 1.0);
        rig.shrink();
        assertThat(run.numbers()).containsExactly(gated, within(1e-6));
        assertThat(run.adapted.retained().triplets()).isEqualTo(open);
        assertThat(sora(run).report()).containsEntry("density", density);
        assertThat(sora(run).report().get("parameter_density")).isCloseTo(weighted, within(1e-12));
        double loss = run.loss();
        run.train(rig, 200);
        sora(run).finish();
        assertThat(run.loss()).isLessThan(loss);
        assertThat(run.adapted.retained().triplets()).isEqualTo(open);
    }

    @Property(tries = 25)
    void aDensityKeepsExactlyThatManyByTheSizeOfTheirGates(
            @ForAll @IntRange(min = 1, max = 9) int kept, @ForAll @IntRange(max = 99) int seed) {
        SmallRun run = run(Map.of("density", "" + kept / 9.0, "end", "0.5"), seed);
        Rig rig = run.rig(10);
        run.train(rig, 4);
        rig.update(() -> run.loss(rig));
        double[] g = sora(run).gates();
        rig.shrink();
        assertThat(run.adapted.retained().triplets()).isEqualTo(kept);
        double[] sizes = Arrays.stream(g).map(Math::abs).sorted().toArray();
        for (int i = 0; i < 3; i++) {
            double least = sizes[9 - kept];
            long expected = Arrays.stream(g, 3 * i, 3 * i + 3)
                    .filter(v -> Math.abs(v) >= least)
                    .count();
            assertThat((long) ((Lora) run.adapted.adapters().get(i)).rank()).isEqualTo(expected);
        }
        run.train(rig, 10);
        sora(run).finish();
        assertThat(run.adapted.retained().density()).isEqualTo(kept / 9.0);
    }

    /** The choice comes early enough to recover from where a density is asked for, else at the end. */
    @Test
    void theChoiceIsMadeWhereItIsAskedFor() {
        assertThat(cutAfter(Map.of())).isEqualTo(20);
        assertThat(cutAfter(Map.of("density", "0.5"))).isEqualTo(10);
        assertThat(cutAfter(Map.of("density", "0.5", "end", "1"))).isEqualTo(20);
        assertThat(cutAfter(Map.of("end", "0.3"))).isEqualTo(6);
    }

    /** The number of steps of 20 after which the gates are gone. */
    private static long cutAfter(Map<String, String> settings) {
        SmallRun run = run(settings, 6);
        Rig rig = run.rig(20);
        while (sora(run).state().size() == 1) {
            run.step(rig);
        }
        return rig.at();
    }

    /** The code's other term: its gradient is the sign of g over the number of gates. */
    @Test
    void theL1TermPullsEveryGateAlike() {
        SmallRun run = run(Map.of("l1", "10"), 4);
        Rig rig = run.rig(5);
        Variable regularizer = sora(run).regularizer(rig.clock());
        double[] g = sora(run).gates();
        double mean = Arrays.stream(g).map(Math::abs).average().orElse(0);
        assertThat(regularizer.data().item()).isCloseTo(10 * mean, within(1e-5));
        regularizer.backward();
        int from = 0;
        for (Variable gate : sora(run).parameterGroups().get(1).parameters().values()) {
            for (double d : gate.gradient().toDoubles()) {
                assertThat(d).isCloseTo(10 * Math.signum(g[from++]) / g.length, within(1e-6));
            }
        }
        assertThat(sora(run(Map.of(), 4)).regularizer(rig.clock())).isNull();
    }

    @Test
    void aControllerThatSawNoStepOrNoCutRefusesToFinish() {
        SmallRun run = run(Map.of(), 6);
        assertThatThrownBy(sora(run)::finish).hasMessageContaining("saw no step");
        run.step(run.rig(20));
        assertThatThrownBy(sora(run)::finish).hasMessageContaining("after 1 steps");
        assertThatThrownBy(() -> run(Map.of("density", ".05"), 6)).hasMessageContaining("keeps none");
        assertThatThrownBy(() -> sora(run).restore(Map.of())).hasMessageContaining("of another method");
    }

    // ---- the scheduler ----

    @ParameterizedTest
    @EnumSource(SparsifyingSchedule.Kind.class)
    void schedulesRiseBetweenExactEnds(SparsifyingSchedule.Kind kind) {
        for (int stages : new int[] {2, 3, 7}) {
            double[] values = new SparsifyingSchedule(kind, 1e-4, 7e-4, stages).values();
            assertThat(values)
                    .hasSize(stages)
                    .startsWith(1e-4)
                    .endsWith(7e-4)
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
        double[] middle = new SparsifyingSchedule(kind, .5, 2, 3).values();
        double expected = switch (kind) {
            case LINEAR -> 1.25;
            case LOG_LINEAR -> Math.log((Math.exp(.5) + Math.exp(2)) / 2);
            case EXP_LINEAR -> 1;
        };
        assertThat(middle[1]).isCloseTo(expected, within(1e-12));
    }

    @Test
    void schedulesThatDoNotRiseAreRefused() {
        SparsifyingSchedule.Kind linear = SparsifyingSchedule.Kind.LINEAR;
        assertThatThrownBy(() -> new SparsifyingSchedule(linear, 1, 1, 3)).hasMessageContaining("must rise");
        assertThatThrownBy(() -> new SparsifyingSchedule(linear, 0, 1, 1)).hasMessageContaining("2 stages");
        assertThatThrownBy(() -> new SparsifyingSchedule(SparsifyingSchedule.Kind.EXP_LINEAR, 0, 1, 3))
                .hasMessageContaining("cannot begin at 0");
    }

    @Test
    void everyStageGoesOnFromTheLastAndIsMeasuredAgainstTheDensest() {
        SmallRun run = run(Map.of("rank", "5"), 3);
        SoRa sora = sora(run);
        List<double[]> starts = new ArrayList<>();
        List<double[]> ends = new ArrayList<>();
        SparsifyingSchedule schedule = new SparsifyingSchedule(SparsifyingSchedule.Kind.LINEAR, 0, 6, 4);
        List<SparsifyingScheduler.Point> curve = SparsifyingScheduler.run(schedule, lambda -> {
            SoRa stage = sora.stage(lambda);
            starts.add(stage.gates());
            Rig rig = new Rig(stage, SmallRun.REFERENCE, 3, 60, .01);
            run.train(rig, 60);
            stage.finish();
            ends.add(stage.gates());
            return new SparsifyingScheduler.Quality(stage.report().get("density"), 2 / run.loss(), 1 / run.loss());
        });
        assertThat(curve).extracting(SparsifyingScheduler.Point::strength).containsExactly(0.0, 2.0, 4.0, 6.0);
        for (int n = 1; n < 4; n++) {
            assertThat(starts.get(n)).isEqualTo(ends.get(n - 1));
        }
        assertThat(curve.getFirst()).isEqualTo(new SparsifyingScheduler.Point(0, 1, 100, 100));
        assertThat(curve.getLast().density()).isLessThan(.5);
        for (SparsifyingScheduler.Point point : curve) {
            assertThat(point.memorization()).isCloseTo(point.generalization(), within(1e-9));
        }
        // nothing was deleted on the way
        assertThat(run.adapted.retained().density()).isEqualTo(1);
    }

    @Test
    void aFirstStageThatReachesNothingIsRefused() {
        SparsifyingSchedule schedule = new SparsifyingSchedule(SparsifyingSchedule.Kind.LINEAR, 0, 1, 2);
        assertThatThrownBy(
                        () -> SparsifyingScheduler.run(schedule, lambda -> new SparsifyingScheduler.Quality(1, .5, 0)))
                .hasMessageContaining("above 0");
    }
}
