package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Corners;
import dev.rankine.lora.report.PairedBootstrap.Difference;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.train.Outcome;
import dev.rankine.transformer.train.Outcome.Part;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;

class PairedBootstrapPropertyTest {
    private static final PairedBootstrap BOOTSTRAP = new PairedBootstrap(1000, 0);

    /** Two methods with the same seeds and examples. */
    record Pair(Measured a, Measured b) {}

    @Provide
    Arbitrary<Pair> pairs() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(1, 25))
                .flatAs((seeds, examples) -> {
                    Arbitrary<double[][]> amounts = table(seeds, examples, 0, 3);
                    Arbitrary<double[][]> sizes = table(seeds, examples, 1, 5);
                    return Combinators.combine(amounts, amounts, sizes)
                            .as((a, b, of) -> new Pair(new Measured(a, of), new Measured(b, of)));
                });
    }

    private static Arbitrary<double[][]> table(int rows, int columns, int low, int high) {
        return Arbitraries.integers()
                .between(low, high)
                .map(Integer::doubleValue)
                .array(Double[].class)
                .ofSize(columns)
                .map(row -> Arrays.stream(row).mapToDouble(x -> x).toArray())
                .array(double[][].class)
                .ofSize(rows);
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void thePairsReachTheirCorners(@ForAll("pairs") Pair pair) {
        Corners.atLeast(10, "one seed", pair.a().seeds() == 1);
        Corners.atLeast(2, "one example", pair.a().examples() == 1);
        Corners.atLeast(
                30, "examples that fill no word of the generator", pair.a().examples() % 4 != 0);
        Corners.atLeast(2, "no difference", pair.a().value() == pair.b().value());
    }

    @Property(tries = 150)
    void theIntervalContainsTheEstimate(@ForAll("pairs") Pair pair) {
        Difference found = BOOTSTRAP.difference(pair.a(), pair.b());
        assertThat(found.estimate()).isBetween(found.low() - 1e-12, found.high() + 1e-12);
        assertThat(found.p()).isBetween(0.0, 1.0);
    }

    @Property(tries = 150)
    void exchangeTurnsTheSign(@ForAll("pairs") Pair pair) {
        Difference ab = BOOTSTRAP.difference(pair.a(), pair.b());
        Difference ba = BOOTSTRAP.difference(pair.b(), pair.a());
        assertThat(ba).isEqualTo(new Difference(0 - ab.estimate(), 0 - ab.high(), 0 - ab.low(), ab.p()));
    }

    @Property(tries = 50)
    void everyCallGivesTheSame(@ForAll("pairs") Pair pair) {
        assertThat(BOOTSTRAP.difference(pair.a(), pair.b())).isEqualTo(BOOTSTRAP.difference(pair.a(), pair.b()));
        assertThat(new PairedBootstrap(1000, 1).replicates(pair.a()))
                .isEqualTo(new PairedBootstrap(1000, 1).replicates(pair.a()));
    }

    @Property(tries = 50)
    void aMethodDoesNotDifferFromItself(@ForAll("pairs") Pair pair) {
        assertThat(BOOTSTRAP.difference(pair.a(), pair.a())).isEqualTo(new Difference(0, 0, 0, 1));
    }

    /** Of sizes 1 and one seed the replicates are means of n draws: variance sigma^2 / n, with sigma^2 over n. */
    @Example
    void theSpreadOverExamplesHasItsClosedForm() {
        double[][] a = {{0, 1, 1, 0, 1, 1, 1, 0, 1, 1}};
        double[] replicates = new PairedBootstrap(40_000, 3).replicates(new Measured(a, ones(1, 10)));
        assertThat(MeanDeviation.of(replicates).mean()).isCloseTo(.7, within(.003));
        assertThat(MeanDeviation.of(replicates).deviation().getAsDouble()).isCloseTo(Math.sqrt(.021), within(.002));
    }

    /** Where all examples agree only seeds vary: the widened weights give s^2 / S, with s^2 over S - 1. */
    @Example
    void theSpreadOverSeedsIsThatOfTheirMean() {
        double[][] a = {{1, 1}, {2, 2}, {4, 4}};
        double[] replicates = new PairedBootstrap(40_000, 3).replicates(new Measured(a, ones(3, 2)));
        double expected = MeanDeviation.of(1, 2, 4).deviation().getAsDouble() / Math.sqrt(3);
        assertThat(MeanDeviation.of(replicates).mean()).isCloseTo(7 / 3.0, within(.02));
        assertThat(MeanDeviation.of(replicates).deviation().getAsDouble()).isCloseTo(expected, within(.01));
    }

    /** A seed that is drawn three times of three counts 1 + 2 sqrt(3/2) times, one that is not drawn 1 - sqrt(3/2) times. */
    @Example
    void theWidenedWeightsOfASeed() {
        double[] replicates = BOOTSTRAP.replicates(new Measured(new double[][] {{3}, {0}, {0}}, ones(3, 1)));
        assertThat(Arrays.stream(replicates).max().orElseThrow()).isCloseTo(1 + 2 * Math.sqrt(1.5), within(1e-12));
        assertThat(Arrays.stream(replicates).min().orElseThrow()).isCloseTo(1 - Math.sqrt(1.5), within(1e-12));
    }

    /** A twentieth of the resamples lies outside of the interval, half of it on either side. */
    @Example
    void theIntervalHoldsTheMiddleOfTheResamples() {
        double[] a = new double[1000];
        double[] b = new double[a.length];
        Arrays.setAll(a, i -> (i * 7 % a.length) + 1);
        Difference found = BOOTSTRAP.difference(500, a, b);
        assertThat(found).isEqualTo(new Difference(500, 26, 975, 2.0 / 1001));
        Arrays.setAll(a, i -> i - 9.5);
        assertThat(BOOTSTRAP.difference(490, a, b).p()).isEqualTo(2.0 * 11 / 1001);
    }

    @Example
    void everyBitOfTheSeedCounts() {
        Measured measured = new Measured(new double[][] {{1, 2, 3, 4, 5}}, ones(1, 5));
        double[] zero = new PairedBootstrap(50, 0).replicates(measured);
        for (long seed : new long[] {1, 1L << 31, 1L << 33, 1L << 63}) {
            assertThat(new PairedBootstrap(50, seed).replicates(measured)).isNotEqualTo(zero);
        }
        assertThat(new PairedBootstrap(1, 0).replicates(measured)).hasSize(1);
    }

    /**
     * Of many experiments in which a is better by .1 at least about 95% of the intervals should say so; over examples alone
     * not many more.
     */
    @Example
    void intervalsCoverTheTruthAsOftenAsTheySay() {
        assertThat(coverage(1, 80, 0)).isBetween(.90, .99);
        assertThat(coverage(6, 80, 0)).isGreaterThan(.95);
        assertThat(coverage(6, 80, .3)).isGreaterThan(.90);
    }

    private static double coverage(int seeds, int examples, double seedEffect) {
        int experiments = 200;
        int covered = 0;
        for (int e = 0; e < experiments; e++) {
            double[][] a = new double[seeds][examples];
            double[][] b = new double[seeds][examples];
            for (int s = 0; s < seeds; s++) {
                double luck = seedEffect * Philox.normal(e, 3, s, 0, 0);
                for (int i = 0; i < examples; i++) {
                    double difficulty = Philox.normal(e, 0, 0, 0, i);
                    a[s][i] = .1 + luck + difficulty + .5 * Philox.normal(e, 1, s, 0, i);
                    b[s][i] = difficulty + .5 * Philox.normal(e, 2, s, 0, i);
                }
            }
            Difference found = new PairedBootstrap(400, e)
                    .difference(new Measured(a, ones(seeds, examples)), new Measured(b, ones(seeds, examples)));
            covered += found.low() <= .1 && .1 <= found.high() ? 1 : 0;
        }
        return (double) covered / experiments;
    }

    /** Pairing takes the examples' difficulty out: a small difference is sure that unpaired would drown. */
    @Example
    void aSmallSteadyDifferenceIsSure() {
        double[][] a = new double[2][100];
        double[][] b = new double[2][100];
        for (int i = 0; i < 100; i++) {
            for (int s = 0; s < 2; s++) {
                b[s][i] = 10 * Philox.normal(0, 0, 0, 0, i);
                a[s][i] = b[s][i] + .1 + .1 * Philox.normal(0, 1, s, 0, i);
            }
        }
        Difference found = BOOTSTRAP.difference(new Measured(a, ones(2, 100)), new Measured(b, ones(2, 100)));
        assertThat(found.isSure()).isTrue();
        assertThat(found.p()).isLessThan(.01);
        assertThat(found.estimate()).isCloseTo(.1, within(.03));
    }

    @Example
    void examplesOfSizeZeroCountNothing() {
        Outcome empty = new Outcome("", "", "x", Map.of("error_rate", new Part(1, 0)));
        Outcome word = new Outcome("ab", "ab", "ax", Map.of("error_rate", new Part(1, 2)));
        Measured measured = Measured.of("error_rate", List.of(List.of(empty, word)));
        assertThat(measured.value()).isEqualTo(1.0);
        Difference found = BOOTSTRAP.difference(measured, measured);
        assertThat(found).isEqualTo(new Difference(0, 0, 0, 1));
    }

    @Example
    void whatCannotBePairedIsRefused() {
        Measured one = new Measured(ones(2, 3), ones(2, 3));
        assertThatThrownBy(() -> BOOTSTRAP.difference(one, new Measured(ones(1, 3), ones(1, 3))))
                .hasMessageContaining("2 x 3 and 1 x 3");
        assertThatThrownBy(() -> new Measured(ones(2, 3), ones(2, 4))).hasMessageContaining("4 sizes");
        assertThatThrownBy(() -> new Measured(new double[0][], new double[0][])).hasMessageContaining("one seed");
        assertThatThrownBy(() -> new PairedBootstrap(0, 0)).hasMessageContaining("resample");
    }

    private static double[][] ones(int rows, int columns) {
        double[][] ones = new double[rows][columns];
        Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
        return ones;
    }
}
