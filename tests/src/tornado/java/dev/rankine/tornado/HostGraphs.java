package dev.rankine.tornado;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Graphs where the device has none: lists of launches, made when they start. */
final class HostGraphs implements Graphs {
    private final Map<Long, List<Runnable>> graphs = new HashMap<>();
    private final List<Runnable> open = new ArrayList<>();
    private long made;
    private long started;

    @Override
    public void begin() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("a graph is open already");
        }
    }

    @Override
    public void keep(Runnable launch) {
        open.add(launch);
    }

    @Override
    public long end() {
        graphs.put(++made, List.copyOf(open));
        open.clear();
        return made;
    }

    @Override
    public void start(long graph) {
        started++;
        graphs.get(graph).forEach(Runnable::run);
    }

    @Override
    public void destroy(long graph) {
        if (graphs.remove(graph) == null) {
            throw new IllegalStateException("graph " + graph + " was destroyed before");
        }
    }

    long started() {
        return started;
    }

    int alive() {
        return graphs.size();
    }
}
