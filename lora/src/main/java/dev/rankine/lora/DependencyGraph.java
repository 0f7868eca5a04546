package dev.rankine.lora;

import java.util.Arrays;

/**
 * SalientLoRA's view of which singular values drive which: over a window, an edge from i to j of weight
 *
 * <pre>{@code
 * b_ij = cov(e_i, e_j) / var(e_i)       if b_ij >= gamma and the correlation c_ij >= beta
 * }</pre>
 *
 * the slope of j regressed on i. For gamma above 1 there can be no cycle: b_ij = c_ij sd_j / sd_i >= gamma lets the standard
 * deviation grow along every edge. For smaller gamma {@link #withoutCycles} removes edges.
 */
final class DependencyGraph {
    /** Influence grows with the number of paths, beyond double's range even; above this it is rescaled. */
    private static final double LARGE = 0x1p500;

    private static final byte NEW = 0;
    private static final byte ON_PATH = 1;
    private static final byte DONE = 2;

    /** Edges by their source: targets in ascending order, and their weights. */
    private final int[][] targets;

    private final double[][] weights;

    DependencyGraph(int[][] targets, double[][] weights) {
        this.targets = targets;
        this.weights = weights;
    }

    /**
     * The graph of time series.
     *
     * @param series of N nodes, [N][T]; one that is constant gets no edge
     * @param beta least correlation, in [-1, 1]
     * @param gamma least slope, above 0
     */
    static DependencyGraph of(double[][] series, double beta, double gamma) {
        double[][] centered =
                Arrays.stream(series).map(DependencyGraph::centered).toArray(double[][]::new);
        double[] squares =
                Arrays.stream(centered).mapToDouble(x -> product(x, x)).toArray();
        int[][] targets = new int[series.length][];
        double[][] weights = new double[series.length][];
        double[] products = new double[series.length];
        for (int i = 0; i < series.length; i++) {
            int edges = 0;
            for (int j = 0; j < series.length; j++) {
                products[j] = squares[i] > 0 && squares[j] > 0 ? product(centered[i], centered[j]) : Double.NaN;
                boolean edge = products[j] >= beta * Math.sqrt(squares[i]) * Math.sqrt(squares[j])
                        && products[j] >= gamma * squares[i];
                products[j] = edge ? products[j] : Double.NaN;
                edges += edge ? 1 : 0;
            }
            targets[i] = new int[edges];
            weights[i] = new double[edges];
            int place = 0;
            for (int j = 0; j < series.length; j++) {
                if (!Double.isNaN(products[j])) {
                    targets[i][place] = j;
                    weights[i][place++] = products[j] / squares[i];
                }
            }
        }
        return new DependencyGraph(targets, weights);
    }

    private static double[] centered(double[] series) {
        double mean = Arrays.stream(series).average().orElse(0);
        return Arrays.stream(series).map(x -> x - mean).toArray();
    }

    private static double product(double[] x, double[] y) {
        double sum = 0;
        for (int t = 0; t < x.length; t++) {
            sum += x[t] * y[t];
        }
        return sum;
    }

    int nodes() {
        return targets.length;
    }

    int edges() {
        return Arrays.stream(targets).mapToInt(list -> list.length).sum();
    }

    /** The weight of an edge, 0 if there is none. */
    double weight(int from, int to) {
        int place = Arrays.binarySearch(targets[from], to);
        return place < 0 ? 0 : weights[from][place];
    }

    /** The same graph after removing, while there is a cycle, its lightest edge (Algorithm 1). */
    DependencyGraph withoutCycles() {
        return new Search().run();
    }

    /**
     * The influence domain of every node, a share of the total: ID_i = sum_j b_ij ID_j over the edges from i, where a node
     * without edges counts 1 for those that point at it and 0 for itself. All 0 if there is no edge.
     *
     * @throws IllegalStateException if the graph has a cycle
     */
    double[] influence() {
        double[] read = new double[nodes()];
        double leaf = 1;
        for (int node : new Search().order()) {
            read[node] = targets[node].length == 0 ? leaf : 0;
            for (int place = 0; place < targets[node].length; place++) {
                read[node] += weights[node][place] * read[targets[node][place]];
            }
            if (read[node] > LARGE) {
                leaf /= LARGE;
                for (int j = 0; j < read.length; j++) {
                    read[j] /= LARGE;
                }
            }
        }
        for (int node = 0; node < read.length; node++) {
            read[node] = targets[node].length == 0 ? 0 : read[node];
        }
        double total = Arrays.stream(read).sum();
        return total == 0 ? read : Arrays.stream(read).map(x -> x / total).toArray();
    }

    /** Depth first along a path that is kept, so that a cycle is seen when an edge points back at it. */
    private final class Search {
        private final byte[] state = new byte[nodes()];
        /** Which edge of each node is looked at next. */
        private final int[] next = new int[nodes()];

        private final int[] path = new int[nodes()];
        private int length;
        /** Finished nodes: each after everything that it points at. */
        private final int[] order = new int[nodes()];

        private int finished;
        private final boolean[][] removed =
                Arrays.stream(targets).map(list -> new boolean[list.length]).toArray(boolean[][]::new);

        /** Every node after those that it points at. */
        int[] order() {
            if (visitAll(false)) {
                throw new IllegalStateException("the dependency graph has a cycle: remove cycles first");
            }
            return order;
        }

        DependencyGraph run() {
            visitAll(true);
            int[][] keptTargets = new int[nodes()][];
            double[][] keptWeights = new double[nodes()][];
            for (int node = 0; node < nodes(); node++) {
                int[] places = places(removed[node]);
                int from = node;
                keptTargets[node] =
                        Arrays.stream(places).map(place -> targets[from][place]).toArray();
                keptWeights[node] = Arrays.stream(places)
                        .mapToDouble(place -> weights[from][place])
                        .toArray();
            }
            return new DependencyGraph(keptTargets, keptWeights);
        }

        private int[] places(boolean[] gone) {
            int[] places = new int[gone.length];
            int count = 0;
            for (int place = 0; place < gone.length; place++) {
                if (!gone[place]) {
                    places[count++] = place;
                }
            }
            return Arrays.copyOf(places, count);
        }

        /** Whether a cycle was met; it is broken if {@code breaks}, else the search ends there. */
        private boolean visitAll(boolean breaks) {
            boolean met = false;
            for (int root = 0; root < nodes(); root++) {
                if (state[root] == NEW) {
                    enter(root);
                }
                while (length > 0) {
                    if (step()) {
                        met = true;
                        if (!breaks) {
                            return true;
                        }
                        breakCycle();
                    }
                }
            }
            return met;
        }

        private void enter(int node) {
            state[node] = ON_PATH;
            next[node] = 0;
            path[length++] = node;
        }

        /** Looks at one edge of the last node on the path; whether it closes a cycle. */
        private boolean step() {
            int node = path[length - 1];
            if (next[node] == targets[node].length) {
                state[node] = DONE;
                order[finished++] = node;
                length--;
                return false;
            }
            int place = next[node]++;
            int target = targets[node][place];
            if (removed[node][place]) {
                return false;
            }
            if (state[target] == NEW) {
                enter(target);
                return false;
            }
            return state[target] == ON_PATH;
        }

        /** Removes the lightest edge from the target of the last node's current edge along the path to it. */
        private void breakCycle() {
            int last = path[length - 1];
            int head = targets[last][next[last] - 1];
            int lightest = length - 1;
            for (int at = length - 1; ; at--) {
                if (current(at) < current(lightest)) {
                    lightest = at;
                }
                if (path[at] == head) {
                    break;
                }
            }
            int from = path[lightest];
            removed[from][next[from] - 1] = true;
            while (length > lightest + 1) {
                state[path[--length]] = NEW;
            }
        }

        /** The weight of the edge that the node at this place of the path looks at. */
        private double current(int at) {
            int node = path[at];
            return weights[node][next[node] - 1];
        }
    }
}
