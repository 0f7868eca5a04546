package dev.rankine.tornado;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes launches, many at once where they came before in the same order. The third time that a {@link Record}ed path is walked, its
 * launches are kept in {@link Graphs} of at most {@value #MOST}; from then on a launch only waits as long as what comes is
 * what a graph holds, and when the graph's last one has come it starts. What waits is made one by one where something else comes, or
 * where a {@link #settle} is due: nothing is ever made in another order than it came in.
 */
final class Replay {
    /** Launches of a graph: while the device works through one the host walks through the next. */
    static final int MOST = 256;
    /** Fewer are not worth a graph. */
    private static final int FEWEST = 4;
    /** The time at which a start of launches is kept. */
    private static final int VISITS = 3;
    /** More graphs than this are not made. */
    private static final int MOST_GRAPHS = 512;
    /** Where nearly everything is new, as in decoding, what was seen is forgotten. */
    private static final int MOST_REMEMBERED = 1 << 17;

    /** A kernel on so many groups, or a library's product; equal ones do the same. */
    record Launch(String kernel, int groups, @Nullable Gemm product) {}

    /** Where a graph may begin: a call of the record, and the launch after it. */
    private record Start(int before, Launch first) {}

    private record Kept(Start start, List<Launch> launches, long graph) {}

    /** Makes a launch. */
    interface Maker {
        void make(Launch launch);
    }

    private final Maker maker;
    private final @Nullable Graphs graphs;
    private final Map<Start, Kept> kept = new HashMap<>();
    private final Map<Start, Integer> visits = new HashMap<>();
    /** What was made by itself before: what is not, such as a library's first product of a shape, must not be kept. */
    private final Set<Launch> made = new HashSet<>();
    /** What is being kept. */
    private final List<Launch> keeping = new ArrayList<>();

    private @Nullable Start keepingFrom;
    /** What is expected to come again, and how much of it has. */
    private @Nullable Kept following;

    private int come;
    private long starts;

    /** @param graphs null where the device has none: then every launch is made at once */
    Replay(Maker maker, @Nullable Graphs graphs) {
        this.maker = maker;
        this.graphs = graphs;
    }

    /**
     * Makes a launch, or has it wait.
     *
     * @param before the call of the record before it
     */
    void launch(int before, Launch launch) {
        if (following != null && follow(following, launch)) {
            return;
        }
        if (graphs == null) {
            make(launch);
        } else if (keepingFrom == null) {
            begin(graphs, new Start(before, launch));
        } else if (made.contains(launch)) {
            keep(graphs, launch);
        } else {
            settle();
            make(launch);
        }
    }

    private boolean follow(Kept graph, Launch launch) {
        if (!graph.launches().get(come).equals(launch)) {
            settle();
            forget(graph);
            return false;
        }
        come++;
        if (come == graph.launches().size()) {
            following = null;
            start(graph.graph());
        }
        return true;
    }

    private void begin(Graphs device, Start start) {
        Kept known = kept.get(start);
        if (known != null) {
            following = known;
            come = 0;
            follow(known, start.first());
        } else if (visits.merge(start, 1, Integer::sum) >= VISITS
                && kept.size() < MOST_GRAPHS
                && made.contains(start.first())) {
            keepingFrom = start;
            device.begin();
            keep(device, start.first());
        } else {
            make(start.first());
        }
    }

    private void keep(Graphs device, Launch launch) {
        keeping.add(launch);
        device.keep(() -> maker.make(launch));
        if (keeping.size() == MOST) {
            settle();
        }
    }

    /** Leaves nothing waiting and no graph open. */
    void settle() {
        if (following != null) {
            List<Launch> waiting = following.launches().subList(0, come);
            following = null;
            waiting.forEach(this::make);
        }
        if (keepingFrom != null && graphs != null) {
            Kept graph = new Kept(keepingFrom, List.copyOf(keeping), graphs.end());
            keepingFrom = null;
            keeping.clear();
            start(graph.graph());
            kept.put(graph.start(), graph);
            if (graph.launches().size() < FEWEST) {
                forget(graph);
            }
        }
    }

    private void forget(Kept graph) {
        kept.remove(graph.start());
        visits.put(graph.start(), Integer.MIN_VALUE);
        if (graphs != null) {
            graphs.destroy(graph.graph());
        }
    }

    private void make(Launch launch) {
        maker.make(launch);
        starts++;
        if (graphs != null) {
            if (made.size() + visits.size() > MOST_REMEMBERED) {
                made.clear();
                visits.clear();
            }
            made.add(launch);
        }
    }

    private void start(long graph) {
        if (graphs != null) {
            graphs.start(graph);
            starts++;
        }
    }

    /** What was started so far, a graph counting as one. */
    long starts() {
        return starts;
    }

    void close() {
        settle();
        List.copyOf(kept.values()).forEach(this::forget);
    }
}
