package dev.rankine.tornado;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The host's side of arrays that live on the device alone. TornadoVM wants memory behind every array; this comes from
 * {@code calloc}, of which the operating system gives a page only when somebody touches it, and nobody does.
 */
@SuppressWarnings("restricted") // calloc and free are called with their own types
final class Shadow implements AutoCloseable {
    private static final int BYTES = 4;

    private final List<MemorySegment> blocks = new ArrayList<>();

    FloatArray floats(int elements) {
        return FloatArray.fromSegmentShallow(block(elements));
    }

    IntArray ints(int elements) {
        return IntArray.fromSegmentShallow(block(elements));
    }

    private MemorySegment block(int elements) {
        long bytes = TornadoNativeArray.ARRAY_HEADER + (long) elements * BYTES;
        MemorySegment block = (MemorySegment) call(
                "calloc",
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
                1L,
                bytes);
        if (block.address() == 0) {
            throw new OutOfMemoryError(
                    "the system gives no " + bytes + " bytes of address space for the device's memory");
        }
        blocks.add(block);
        return block.reinterpret(bytes);
    }

    private static Object call(String name, FunctionDescriptor descriptor, Object... arguments) {
        Linker linker = Linker.nativeLinker();
        MethodHandle function =
                linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
        try {
            return function.invokeWithArguments(arguments);
        } catch (Throwable impossible) {
            throw new IllegalStateException(name + " failed", impossible);
        }
    }

    @Override
    public void close() {
        blocks.forEach(block -> call("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS), block));
        blocks.clear();
    }
}
