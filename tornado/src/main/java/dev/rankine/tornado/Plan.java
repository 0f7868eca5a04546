package dev.rankine.tornado;

import dev.rankine.tensor.Compilation;
import java.util.HashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/**
 * The one TornadoVM plan of a run: buffers belong to a plan, so everything that shares them must be in it. It has a graph
 * of one task for each kernel; the first graph makes the {@link DeviceArrays}, the others take them over. A graph is
 * compiled when it runs for the first time, and never again.
 */
final class Plan implements AutoCloseable {
    private static final String TASK = "kernel";
    private static final double NANOS = 1e9;

    /** Adds to a graph its one task, under a given name, and what crosses the bus with it. */
    interface Body {
        void fill(TaskGraph graph, String task);
    }

    private static final class Entry {
        private final int index;
        private final WorkerGrid1D grid;
        private boolean compiled;

        Entry(int index, WorkerGrid1D grid) {
            this.index = index;
            this.grid = grid;
        }
    }

    private final Map<String, Entry> entries = new HashMap<>();
    private final TornadoExecutionPlan plan;
    private Compilation compilation = Compilation.NONE;
    private Consumer<Compilation> listener = so -> {};

    /** A plan on a device, whose graphs are named and filled by {@code bodies}. */
    Plan(DeviceArrays arrays, TornadoDevice device, SequencedMap<String, Body> bodies) {
        GridScheduler scheduler = new GridScheduler();
        ImmutableTaskGraph[] graphs = new ImmutableTaskGraph[bodies.size()];
        bodies.forEach((name, body) -> {
            int index = entries.size();
            TaskGraph graph = new TaskGraph(name);
            if (index > 0) {
                graph.consumeFromDevice(arrays.all());
            }
            body.fill(graph, TASK);
            graph.persistOnDevice(arrays.all());
            WorkerGrid1D grid = new WorkerGrid1D(Block.GROUP);
            grid.setLocalWork(Block.GROUP, 1, 1);
            scheduler.addWorkerGrid(name + "." + TASK, grid);
            graphs[index] = graph.snapshot();
            entries.put(name, new Entry(index, grid));
        });
        plan = new TornadoExecutionPlan(graphs);
        plan.withDevice(device);
        plan.withGridScheduler(scheduler);
        // without the default's fast relaxed mathematics, in which NaN and infinity may be anything
        plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-w");
    }

    /** Starts a kernel on so many groups of {@value Block#GROUP} threads; returns before it is done. */
    void run(String name, int groups) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException("no kernel is named " + name);
        }
        entry.grid.setGlobalWork((long) groups * Block.GROUP, 1, 1);
        entry.grid.setLocalWork(Block.GROUP, 1, 1);
        long start = entry.compiled ? 0 : System.nanoTime();
        plan.withGraph(entry.index).execute();
        if (!entry.compiled) {
            entry.compiled = true;
            double seconds = compilation.seconds() + (System.nanoTime() - start) / NANOS;
            compilation = new Compilation(compilation.kernels() + 1, seconds);
            listener.accept(compilation);
        }
    }

    /** By which TornadoVM's devices know it. */
    long number() {
        return plan.getId();
    }

    /** The kernels that were compiled, which happens when they first run. */
    Compilation compilation() {
        return compilation;
    }

    void onCompilation(Consumer<Compilation> wanted) {
        listener = wanted;
    }

    @Override
    public void close() {
        try {
            plan.close();
        } catch (TornadoExecutionPlanException failed) {
            throw new IllegalStateException("the device's memory could not be given back", failed);
        }
    }
}
