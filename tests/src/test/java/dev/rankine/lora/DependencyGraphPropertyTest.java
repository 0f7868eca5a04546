package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DependencyGraphPropertyTest {
    /** Series that share drifts, so that many correlate, at scales over some decades. */
    private static double[][] series(int nodes, int steps, long seed) {
        Random random = new Random(seed);
        double[] drift = walk(steps, random);
        double[] other = walk(steps, random);
        double[][] series = new double[nodes][steps];
        for (double[] node : series) {
            double scale = Math.exp(2 * random.nextGaussian());
            double mix = random.nextDouble();
            double noise = .3 * random.nextDouble();
            for (int t = 0; t < steps; t++) {
                node[t] = scale * (mix * drift[t] + (1 - mix) * other[t] + noise * random.nextGaussian());
            }
        }
        return series;
    }

    private static double[] walk(int steps, Random random) {
        double[] walk = new double[steps];
        for (int t = 1; t < steps; t++) {
            walk[t] = walk[t - 1] + random.nextGaussian();
        }
        return walk;
    }

    /** A graph of random edges. */
    private static DependencyGraph random(int nodes, double share, long seed) {
        Random random = new Random(seed);
        int[][] targets = new int[nodes][];
        double[][] weights = new double[nodes][];
        for (int i = 0; i < nodes; i++) {
            targets[i] = random.ints(0, nodes)
                    .limit(nodes)
                    .filter(j -> random.nextDouble() < share)
                    .sorted()
                    .distinct()
                    .toArray();
            weights[i] = Arrays.stream(targets[i])
                    .mapToDouble(j -> random.nextInt(1, 9))
                    .toArray();
        }
        return new DependencyGraph(targets, weights);
    }

    /** By elimination: take away nodes without edges until none is left, or none can be taken away. */
    private static boolean isAcyclic(DependencyGraph graph) {
        boolean[] gone = new boolean[graph.nodes()];
        boolean progress = true;
        while (progress) {
            progress = false;
            for (int i = 0; i < gone.length; i++) {
                boolean leaf = true;
                for (int j = 0; j < gone.length; j++) {
                    leaf &= gone[j] || graph.weight(i, j) == 0;
                }
                progress |= leaf && !gone[i];
                gone[i] |= leaf;
            }
        }
        for (boolean taken : gone) {
            if (!taken) {
                return false;
            }
        }
        return true;
    }

    /** The theorem: for gamma above 1 deviations grow along every edge. */
    @Property(tries = 200)
    void steepEdgesNeverCloseACycle(
            @ForAll @IntRange(max = 25) int nodes,
            @ForAll @IntRange(min = 1, max = 40) int steps,
            @ForAll @DoubleRange(min = 1.01, max = 4) double gamma,
            @ForAll long seed) {
        double[][] series = series(nodes, steps, seed);
        DependencyGraph graph = DependencyGraph.of(series, .5, gamma);
        assertThat(isAcyclic(graph)).isTrue();
        assertThat(graph.withoutCycles().edges()).isEqualTo(graph.edges());
        for (int i = 0; i < nodes; i++) {
            for (int j = 0; j < nodes; j++) {
                if (graph.weight(i, j) != 0) {
                    assertThat(deviation(series[j])).isGreaterThan(deviation(series[i]));
                }
            }
        }
    }

    private static double deviation(double[] x) {
        double mean = Arrays.stream(x).average().orElse(0);
        return Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum());
    }

    @Property(tries = 200)
    void edgesAreSteepAndCorrelated(@ForAll @IntRange(min = 2, max = 12) int nodes, @ForAll long seed) {
        double[][] series = series(nodes, 30, seed);
        DependencyGraph graph = DependencyGraph.of(series, .8, .5);
        for (int i = 0; i < nodes; i++) {
            for (int j = 0; j < nodes; j++) {
                double covariance = covariance(series[i], series[j]);
                double correlation = covariance / deviation(series[i]) / deviation(series[j]);
                double slope = covariance / Math.pow(deviation(series[i]), 2);
                boolean clear = Math.abs(correlation - .8) > 1e-9 && Math.abs(slope - .5) > 1e-9;
                if (clear) {
                    double expected = correlation > .8 && slope > .5 ? slope : 0;
                    assertThat(graph.weight(i, j)).isCloseTo(expected, within(1e-9 * (1 + expected)));
                }
            }
        }
    }

    private static double covariance(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElse(0);
        double meanY = Arrays.stream(y).average().orElse(0);
        double sum = 0;
        for (int t = 0; t < x.length; t++) {
            sum += (x[t] - meanX) * (y[t] - meanY);
        }
        return sum;
    }

    /** One scale for all and a shift for each change no edge; powers of two keep even the last bit. */
    @Property(tries = 100)
    void scaleAndShiftChangeNothing(
            @ForAll @IntRange(min = 2, max = 12) int nodes,
            @ForAll @IntRange(min = -20, max = 20) int power,
            @ForAll long seed) {
        double[][] series = series(nodes, 20, seed);
        double[][] changed = new double[nodes][];
        for (int i = 0; i < nodes; i++) {
            double shift = i;
            changed[i] = Arrays.stream(series[i])
                    .map(x -> Math.scalb(x, power) + shift)
                    .toArray();
        }
        DependencyGraph before = DependencyGraph.of(series, .7, 1.3);
        DependencyGraph after = DependencyGraph.of(changed, .7, 1.3);
        assertThat(after.edges()).isEqualTo(before.edges());
        for (int i = 0; i < nodes; i++) {
            for (int j = 0; j < nodes; j++) {
                assertThat(after.weight(i, j)).isCloseTo(before.weight(i, j), within(1e-5 * (1 + before.weight(i, j))));
            }
        }
    }

    @Property(tries = 300)
    void removingCyclesLeavesNoneAndOnlyRemoves(
            @ForAll @IntRange(max = 20) int nodes, @ForAll @DoubleRange(max = 1) double share, @ForAll long seed) {
        DependencyGraph graph = random(nodes, share, seed);
        DependencyGraph free = graph.withoutCycles();
        assertThat(isAcyclic(free)).isTrue();
        int kept = 0;
        for (int i = 0; i < nodes; i++) {
            for (int j = 0; j < nodes; j++) {
                assertThat(free.weight(i, j)).isIn(0.0, graph.weight(i, j));
                kept += free.weight(i, j) == 0 ? 0 : 1;
            }
        }
        assertThat(free.edges()).isEqualTo(kept);
        if (isAcyclic(graph)) {
            assertThat(free.edges()).isEqualTo(graph.edges());
        } else {
            assertThat(free.edges()).isLessThan(graph.edges());
            assertThatThrownBy(graph::influence).hasMessageContaining("cycle");
        }
    }

    /** On a ring the one edge to go is the lightest. */
    @Property(tries = 100)
    void theLightestEdgeOfARingGoes(@ForAll @IntRange(min = 1, max = 12) int nodes, @ForAll long seed) {
        Random random = new Random(seed);
        int[][] targets = new int[nodes][];
        double[][] weights = new double[nodes][];
        int lightest = random.nextInt(nodes);
        for (int i = 0; i < nodes; i++) {
            targets[i] = new int[] {(i + 1) % nodes};
            weights[i] = new double[] {i == lightest ? 1 : 2 + random.nextInt(3)};
        }
        DependencyGraph free = new DependencyGraph(targets, weights).withoutCycles();
        assertThat(free.edges()).isEqualTo(nodes - 1);
        assertThat(free.weight(lightest, (lightest + 1) % nodes)).isZero();
    }

    @Test
    void everyNodeOfASeriesDependsOnItselfWhenSlopesOfOneCount() {
        double[][] series = {{1, 2, 4}, {7, 7, 7}};
        DependencyGraph graph = DependencyGraph.of(series, .9, 1);
        assertThat(graph.weight(0, 0)).isEqualTo(1);
        assertThat(graph.edges()).as("a constant has no edge").isEqualTo(1);
        assertThat(graph.withoutCycles().edges()).isZero();
    }

    /** a -> b -> c: the influence of a is the product of the slopes, c counts 1 for b and 0 for itself. */
    @Property(tries = 100)
    void theInfluenceOfAChainIsTheProductOfItsSlopes(
            @ForAll @DoubleRange(min = .1, max = 9) double ab, @ForAll @DoubleRange(min = .1, max = 9) double bc) {
        int[][] targets = {{1}, {2}, {}};
        double[][] weights = {{ab}, {bc}, {}};
        double[] influence = new DependencyGraph(targets, weights).influence();
        double total = ab * bc + bc;
        assertThat(influence).containsExactly(new double[] {ab * bc / total, bc / total, 0}, within(1e-12));
    }

    @Property(tries = 200)
    void influenceIsAShare(@ForAll @IntRange(max = 20) int nodes, @ForAll long seed) {
        DependencyGraph graph = random(nodes, .4, seed).withoutCycles();
        double[] influence = graph.influence();
        assertThat(Arrays.stream(influence).allMatch(x -> x >= 0)).isTrue();
        assertThat(Arrays.stream(influence).sum()).isCloseTo(graph.edges() == 0 ? 0 : 1, within(1e-12));
    }

    /** 1200 nodes with all edges onwards: 2^1199 paths, beyond double's range. */
    @Test
    void influenceDoesNotOverflow() {
        int nodes = 1200;
        int[][] targets = new int[nodes][];
        double[][] weights = new double[nodes][];
        for (int i = 0; i < nodes; i++) {
            int from = i;
            targets[i] = IntStream.range(i + 1, nodes).toArray();
            weights[i] = new double[nodes - 1 - from];
            Arrays.fill(weights[i], 1);
        }
        double[] influence = new DependencyGraph(targets, weights).influence();
        assertThat(influence[0]).isCloseTo(.5, within(1e-12));
        assertThat(influence[9]).isCloseTo(Math.pow(.5, 10), within(1e-12));
        assertThat(influence[nodes - 1]).isZero();
    }
}
