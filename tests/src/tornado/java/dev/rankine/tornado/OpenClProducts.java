package dev.rankine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;

/**
 * A library of products for OpenCL devices that brings the heap to the host, one element at a time: slow, and all of the way
 * that a product goes to a library on CUDA but cuBLAS itself.
 */
public final class OpenClProducts implements TornadoLibraryProvider {
    static final String NAME = "rankine/opencl-test";

    private static final int CONTEXT_OF_MEMORY = 0x1106;
    private static final int DEVICES_OF_CONTEXT = 0x1081;
    private static final int BLOCKING = 1;
    private static final FunctionDescriptor INFORMATION =
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);
    private static final FunctionDescriptor NEW_QUEUE =
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    private static final FunctionDescriptor TRANSFER = FunctionDescriptor.of(
            JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);

    private record Stateless() implements LibraryContext {}

    @Override
    public String libraryName() {
        return NAME;
    }

    @Override
    public boolean canHandle(TornadoXPUDevice device) {
        return device.getTornadoVMBackend().name().equals("OPENCL");
    }

    @Override
    public LibraryContext createContext(TornadoXPUDevice device, long plan) {
        return new Stateless();
    }

    @Override
    public void dispatch(String function, LibraryInvocation call) {
        call.getDevice().sync(call.getExecutionPlanId());
        // OpenCL has no addresses: TornadoVM adds the header's length to the handle of the buffer
        long buffer = call.getDevicePointer(LibraryProduct.HEAP) - TornadoNativeArray.ARRAY_HEADER;
        ((LibraryProduct) call.getTuning()).answer((product, precision) -> {
            if (precision != Precision.FP32) {
                throw new IllegalArgumentException(precision + " is not what this library has");
            }
            try (Arena arena = Arena.ofConfined()) {
                HostBlas.multiply(product, new Buffer(MemorySegment.ofAddress(buffer), arena));
            }
        });
    }

    @Override
    public void destroyContext(LibraryContext context) {}

    /** The floats of an OpenCL buffer, over a queue of its own. */
    private static final class Buffer implements HostBlas.Array {
        private static final MethodHandle READ = function("clEnqueueReadBuffer", TRANSFER);
        private static final MethodHandle WRITE = function("clEnqueueWriteBuffer", TRANSFER);

        private final MemorySegment memory;
        private final MemorySegment queue;
        private final MemorySegment cell;

        Buffer(MemorySegment memory, Arena arena) {
            this.memory = memory;
            cell = arena.allocate(JAVA_FLOAT);
            try {
                MemorySegment context = ask("clGetMemObjectInfo", memory, CONTEXT_OF_MEMORY, arena);
                MemorySegment device = ask("clGetContextInfo", context, DEVICES_OF_CONTEXT, arena);
                queue = (MemorySegment) function("clCreateCommandQueue", NEW_QUEUE)
                        .invokeExact(context, device, 0L, MemorySegment.NULL);
            } catch (Throwable failure) {
                throw new IllegalStateException(failure);
            }
        }

        private static MethodHandle function(String name, FunctionDescriptor type) {
            SymbolLookup library = SymbolLookup.libraryLookup("libOpenCL.so.1", Arena.global());
            return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
        }

        private static MemorySegment ask(String function, MemorySegment object, int what, Arena arena)
                throws Throwable {
            MemorySegment answer = arena.allocate(ADDRESS);
            check((int) function(function, INFORMATION)
                    .invokeExact(object, what, ADDRESS.byteSize(), answer, MemorySegment.NULL));
            return answer.get(ADDRESS, 0);
        }

        private static void check(int status) {
            if (status != 0) {
                throw new IllegalStateException("OpenCL says " + status);
            }
        }

        private void transfer(MethodHandle function, long element) {
            long place = TornadoNativeArray.ARRAY_HEADER + element * JAVA_FLOAT.byteSize();
            try {
                check((int) function.invokeExact(
                        queue,
                        memory,
                        BLOCKING,
                        place,
                        JAVA_FLOAT.byteSize(),
                        cell,
                        0,
                        MemorySegment.NULL,
                        MemorySegment.NULL));
            } catch (Throwable failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public float get(long element) {
            transfer(READ, element);
            return cell.get(JAVA_FLOAT, 0);
        }

        @Override
        public void set(long element, float value) {
            cell.set(JAVA_FLOAT, 0, value);
            transfer(WRITE, element);
        }
    }
}
