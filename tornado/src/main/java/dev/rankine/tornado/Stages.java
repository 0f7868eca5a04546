package dev.rankine.tornado;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The way over the bus: arrays of three sizes for each direction and type, which TornadoVM carries as wholes, and kernels that copy
 * between them and the {@link DeviceArrays}: for single numbers, for the ids of a batch, for weights. The memory of the host is free
 * to change when a method returns.
 */
final class Stages {
    private static final int[] SIZES = {1 << 8, 1 << 13, 1 << 20};
    private static final int BYTES = 4;

    private final Engine engine;
    private final FloatArray[] up = new FloatArray[SIZES.length];
    private final IntArray[] upInts = new IntArray[SIZES.length];
    private final FloatArray[] down = new FloatArray[SIZES.length];
    private long bytesUp;
    private long bytesDown;

    Stages(Engine engine, KernelContext c, DeviceArrays arrays, Arrival arrival, Map<String, Plan.Body> bodies) {
        this.engine = engine;
        IntArray done = new IntArray(1);
        for (int i = 0; i < SIZES.length; i++) {
            FloatArray floats = new FloatArray(SIZES[i]);
            IntArray ints = new IntArray(SIZES[i]);
            FloatArray home = new FloatArray(SIZES[i]);
            up[i] = floats;
            upInts[i] = ints;
            down[i] = home;
            bodies.put(
                    "put" + i,
                    (graph, task) -> arrival.end(
                            graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, floats)
                                    .task(
                                            task,
                                            TransferKernels::put,
                                            c,
                                            arrays.heap(),
                                            arrays.ints(),
                                            arrays.program(),
                                            arrays.numbers(),
                                            arrays.slots(),
                                            floats,
                                            done),
                            done));
            bodies.put(
                    "putInts" + i,
                    (graph, task) -> arrival.end(
                            graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, ints)
                                    .task(
                                            task,
                                            TransferKernels::putInts,
                                            c,
                                            arrays.heap(),
                                            arrays.ints(),
                                            arrays.program(),
                                            arrays.numbers(),
                                            arrays.slots(),
                                            ints,
                                            done),
                            done));
            bodies.put(
                    "get" + i,
                    (graph, task) -> graph.task(
                                    task,
                                    TransferKernels::get,
                                    c,
                                    arrays.heap(),
                                    arrays.ints(),
                                    arrays.program(),
                                    arrays.numbers(),
                                    arrays.slots(),
                                    home)
                            .transferToHost(DataTransferMode.EVERY_EXECUTION, home));
        }
    }

    /** Copies all of {@code source}, as F32, to a place in the heap. */
    void toHeap(MemorySegment source, int place) {
        copyUp("put", up, source, place);
    }

    /** Copies all of {@code source}, as ints, to a place among the ints. */
    void toInts(MemorySegment source, int place) {
        copyUp("putInts", upInts, source, place);
    }

    private void copyUp(String kernel, TornadoNativeArray[] stages, MemorySegment source, int place) {
        long all = source.byteSize() / BYTES;
        for (long from = 0; from < all; ) {
            int which = which(all - from);
            int count = (int) Math.min(SIZES[which], all - from);
            MemorySegment.copy(source, from * BYTES, stages[which].getSegment(), 0, (long) count * BYTES);
            start(kernel + which, count, place + (int) from);
            from += count;
        }
        bytesUp += source.byteSize();
    }

    /** Copies from a place in the heap as much as {@code target} takes. */
    void fromHeap(int place, MemorySegment target) {
        long all = target.byteSize() / BYTES;
        for (long from = 0; from < all; ) {
            int which = which(all - from);
            int count = (int) Math.min(SIZES[which], all - from);
            start("get" + which, count, place + (int) from);
            MemorySegment.copy(down[which].getSegment(), 0, target, from * BYTES, (long) count * BYTES);
            from += count;
        }
        bytesDown += target.byteSize();
    }

    private void start(String kernel, int count, int place) {
        engine.launch(new Call(kernel).words(0, count, place), Elements.groups(count));
    }

    private static int which(long count) {
        int which = 0;
        while (which < SIZES.length - 1 && count > SIZES[which]) {
            which++;
        }
        return which;
    }

    long bytesUp() {
        return bytesUp;
    }

    long bytesDown() {
        return bytesDown;
    }
}
