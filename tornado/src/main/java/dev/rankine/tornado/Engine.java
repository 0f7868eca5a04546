package dev.rankine.tornado;

import dev.rankine.tensor.Compilation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Starts kernels, and tells the device of a call only what its {@link Record} does not say yet. A call that follows the
 * same calls as once before, since the scope opened, costs no transfer, and may wait to be started with what follows it: see
 * {@link Replay}.
 */
final class Engine implements AutoCloseable {
    private static final int NODES = 1 << 16;
    private static final String FIRST = "first";
    private static final String CHANGE = "change";
    private static final String REWIND = "rewind";
    private static final String PRODUCT = "product";
    private static final int HEADER = 4;

    private final Shadow shadow = new Shadow();
    private final IntArray change = new IntArray(HEADER + Block.WORDS);
    private final FloatArray changedNumbers = new FloatArray(Block.NUMBERS);
    private final IntArray done = new IntArray(1);
    private final Record record = new Record(NODES);
    private final Deque<Integer> outer = new ArrayDeque<>();
    private final Plan plan;
    private final Stages stages;
    private final Replay replay;
    /** What computes, and carries nothing over the bus. */
    private final Set<String> kernels = new HashSet<>(Set.of(REWIND));

    private final @Nullable LibraryProduct library;
    private int before = Record.ROOT;
    private boolean onPath;
    private long launches;
    private long changes;

    /** Makes the graphs of a plan, given its number. */
    interface GraphMaker extends LongFunction<@Nullable Graphs> {}

    /**
     * @param library what multiplies instead of kernels, null for kernels
     * @param graphs what makes one thing of many launches
     */
    Engine(TornadoDevice device, Memory memory, @Nullable LibraryProduct library, GraphMaker graphs) {
        this.library = library;
        DeviceArrays arrays = DeviceArrays.of(shadow, memory.floats(), memory.ints(), NODES);
        KernelContext c = new KernelContext();
        LinkedHashMap<String, Plan.Body> bodies = new LinkedHashMap<>();
        bodies.put(FIRST, plain(TransferKernels::first, c, arrays));
        bodies.put(REWIND, plain(TransferKernels::rewind, c, arrays));
        Arrival arrival = Arrival.on(device);
        bodies.put(
                CHANGE,
                (graph, task) -> arrival.end(
                        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, change, changedNumbers)
                                .task(
                                        task,
                                        TransferKernels::change,
                                        c,
                                        arrays.heap(),
                                        arrays.ints(),
                                        arrays.program(),
                                        arrays.numbers(),
                                        arrays.slots(),
                                        change,
                                        changedNumbers,
                                        done),
                        done));
        stages = new Stages(this, c, arrays, arrival, bodies);
        for (Kernel kernel : Kernel.values()) {
            bodies.put(kernel.name(), plain(kernel.code(), c, arrays));
            kernels.add(kernel.name());
        }
        if (library != null) {
            bodies.put(PRODUCT, library.body(arrays));
        }
        plan = new Plan(arrays, device, bodies);
        plan.run(FIRST, 1);
        replay = new Replay(this::make, graphs.apply(plan.number()));
    }

    private void make(Replay.Launch launch) {
        Gemm product = launch.product();
        if (product == null) {
            plan.run(launch.kernel(), launch.groups());
        } else {
            Objects.requireNonNull(library).run(product, () -> plan.run(PRODUCT, launch.groups()));
        }
    }

    private static Plan.Body plain(Kernel.Code code, KernelContext c, DeviceArrays arrays) {
        return (graph, task) -> graph.task(
                task, code, c, arrays.heap(), arrays.ints(), arrays.program(), arrays.numbers(), arrays.slots());
    }

    /** What follows is a unit that may come again: its first call is looked for at the root. */
    void open() {
        outer.push(before);
        before = Record.ROOT;
        run(REWIND, 1);
        onPath = true;
    }

    void closing() {
        replay.settle();
        before = outer.pop();
        onPath = false;
    }

    /** Starts a kernel on at least so many work-groups; returns before it is done. */
    void launch(Call call, int groups) {
        if (outer.isEmpty()) {
            before = Record.ROOT;
        }
        Record.Place place = record.find(before, call);
        if (!place.isExpected() || !onPath) {
            replay.settle();
            tell(place, call);
        }
        run(call.kernel(), groups);
        before = place.node();
        onPath = !outer.isEmpty();
    }

    /** Whether a library multiplies what BLAS can. */
    boolean hasLibrary() {
        return library != null;
    }

    /**
     * Starts a product in the library; returns before it is done. The host says what it is about each time, so it is no call of
     * the {@link Record}.
     */
    void multiply(Gemm product) {
        replay.launch(before, new Replay.Launch(PRODUCT, 1, product));
    }

    /** Writes a node, that it comes next, and that it is meant by the next launch. */
    private void tell(Record.Place place, Call call) {
        change.set(0, place.node());
        change.set(1, (int) (launches & 1));
        change.set(2, before);
        change.set(3, place.isNew() ? 1 : 0);
        if (place.isNew()) {
            for (int i = 0; i < Block.NEXT; i++) {
                change.set(HEADER + i, call.word(i));
            }
            for (int i = 0; i < Block.NUMBERS; i++) {
                changedNumbers.set(i, call.number(i));
            }
        }
        plan.run(CHANGE, 1);
        changes++;
    }

    /** The number of groups is even or odd as the launch is: so a kernel knows which slot is its own. */
    private void run(String kernel, int groups) {
        int parity = (int) (launches & 1);
        int even = (groups & 1) == parity ? groups : groups + 1;
        launches++;
        if (kernels.contains(kernel)) {
            replay.launch(before, new Replay.Launch(kernel, even, null));
        } else {
            replay.settle();
            plan.run(kernel, even);
        }
    }

    Stages stages() {
        return stages;
    }

    /** Kernels started so far, without what only tells the device of calls. */
    long launches() {
        return launches;
    }

    /** How many calls the device had to be told of. */
    long changes() {
        return changes;
    }

    /** What the host started, a graph of many kernels counting as one. */
    long starts() {
        return replay.starts();
    }

    Compilation compilation() {
        return plan.compilation();
    }

    void onCompilation(Consumer<Compilation> listener) {
        plan.onCompilation(listener);
    }

    @Override
    public void close() {
        replay.close();
        plan.close();
        shadow.close();
    }
}
