package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The choices at the end of SaLoRA's gates: which triplets are kept, and at which value. */
class SaLoraCutTest {
    private static final HardConcrete LAW = new HardConcrete(1, -.1, 1.1);
    private static final int TRIPLETS = 9;

    private static SmallRun run(Map<String, String> settings, int seed) {
        return new SmallRun("salora", settings, seed);
    }

    private static String key(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static SaLora controller(SmallRun run) {
        return (SaLora) run.adapted.controller();
    }

    /** As the model is with these gates, none of them random. */
    private static double[] gated(SmallRun run, double... gates) {
        int from = 0;
        for (Adapter adapter : run.adapted.adapters()) {
            double[] part = Arrays.copyOfRange(gates, from, from + 3);
            Variable gate = Variable.constant(Tensor.of(SmallRun.REFERENCE, DType.F32, Shape.of(3), part));
            ((Lora) adapter).gate(new Lora.Gate(gate, gate));
            from += 3;
        }
        return run.numbers();
    }

    /** Whatever is kept at whatever value, the cut model is the one gated so. */
    @Property(tries = 40)
    void theCutChangesNoOutputOfTheMaskedModel(
            @ForAll GateSelection selection,
            @ForAll DeterministicGate keptGate,
            @ForAll @IntRange(min = 1, max = TRIPLETS) int asked,
            @ForAll @IntRange(max = 99) int seed) {
        Map<String, String> settings = Map.of(
                "rank",
                "3",
                "density",
                "" + (double) asked / TRIPLETS,
                "spread",
                "3",
                "selection",
                key(selection),
                "kept-gate",
                key(keptGate));
        SmallRun run = run(settings, seed);
        Rig rig = run.rig(20);
        run.train(rig, 9);
        rig.update(() -> run.loss(rig));
        double[] la = controller(run).locations().data().toDoubles();
        long open = Arrays.stream(la).filter(x -> LAW.probabilityOpen(x) > .5).count();
        boolean[] mask = TopTriplets.of(la, selection == GateSelection.EXACT_TOP_K ? asked : (int) open);
        double[] gates = new double[TRIPLETS];
        for (int j = 0; j < TRIPLETS; j++) {
            gates[j] = mask[j] ? value(keptGate, la[j]) : 0;
        }
        double[] expected = gated(run, gates);
        rig.shrink();
        assertThat(run.numbers()).containsExactly(expected, within(1e-5));
        long kept = selection == GateSelection.EXACT_TOP_K ? asked : open;
        assertThat(run.adapted.retained().triplets()).isEqualTo(kept);
        assertThat(controller(run).report()).containsEntry("density", (double) kept / TRIPLETS);
        run.train(rig, 20);
        controller(run).finish();
        assertThat(run.adapted.retained().triplets()).isEqualTo(kept);
    }

    private static double value(DeterministicGate kept, double la) {
        double s = 1 / (1 + Math.exp(-la));
        double stretched = Math.min(1, Math.max(0, 1.2 * s - .1));
        return switch (kept) {
            case LOUIZOS, MEDIAN -> stretched;
            case FLOP -> 1 / (1 + Math.exp(-.8 * la));
            case TRUE_MEAN -> LAW.mean(la);
            case BINARY -> 1;
        };
    }

    /** Also gates that would be 0 on their own, when the density asks for them. */
    @Property
    void binaryKeepsGatesOfOneAndFlopGatesAboveZero(@ForAll double[] la) {
        assertThat(DeterministicGate.BINARY.ofKept(LAW, la)).hasSize(la.length).containsOnly(ones(la.length));
        double[] few = Arrays.stream(la).map(x -> Math.IEEEremainder(x, 20)).toArray();
        assertThat(Arrays.stream(DeterministicGate.FLOP.ofKept(LAW, few))).allMatch(gate -> gate > 0);
        assertThat(DeterministicGate.MEDIAN.ofKept(LAW, few)).isEqualTo(DeterministicGate.MEDIAN.of(LAW, few));
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Gates that are all alike cross 1/2 together: at density .5 and spread 0 expected density keeps all or none. */
    @Test
    void theDensityOfASelectionByExpectedDensityIsReportedAsItIs() {
        Map<String, String> settings =
                Map.of("rank", "3", "spread", "0", "multiplier", "none", "selection", "expected-density");
        SmallRun run = run(settings, 1);
        Rig rig = run.rig(20);
        while (rig.at() < 20) {
            rig.step();
        }
        assertThat(controller(run).report()).containsEntry("density", 1.0).containsEntry("parameter_density", 1.0);
        assertThat(run.adapted.retained().density()).isEqualTo(1);
    }

    @Test
    void aSelectionThatWouldKeepNothingIsRefused() {
        double[] closed = {-3, -2.5, -9};
        assertThatThrownBy(() -> GateSelection.EXPECTED_DENSITY.of(LAW, closed, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("none of 3 gates")
                .hasMessageContaining("exact-top-k");
        assertThat(GateSelection.EXACT_TOP_K.of(LAW, closed, 2)).containsExactly(true, true, false);
        assertThatThrownBy(() -> GateSelection.EXPECTED_DENSITY.of(LAW, new double[] {1, Double.NaN}, 2))
                .hasMessageContaining("diverged");
    }

    @ParameterizedTest
    @CsvSource({
        "ramp, .2, 3000, ramp 0.2 has no effect",
        "multiplier, flop, 1300, below 800",
        "multiplier, none, 3000, leaves the expected density to the task",
        "selection, expected-density, 3000, need not be as many as density 0.5"
    })
    void whatIsDoubtfulIsSaid(String key, String value, long steps, String doubt) {
        List<String> doubts = SaLoraMethod.paper().with(Map.of(key, value)).review(steps);
        assertThat(doubts).singleElement().asString().contains(doubt);
        assertThat(SaLoraMethod.paper().review(steps)).noneMatch(line -> line.contains(doubt));
    }

    @Test
    void aRateThatNoMultiplierUsesIsSaid() {
        Map<String, String> settings = Map.of("multiplier", "none", "dual-rate", ".1");
        assertThat(SaLoraMethod.paper().with(settings).review(3000))
                .anyMatch(line -> line.contains("dual-rate 0.1 has no"));
    }
}
