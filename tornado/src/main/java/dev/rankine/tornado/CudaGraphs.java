package dev.rankine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoNativeStreamSupport;

/**
 * CUDA graphs of what TornadoVM puts into a plan's stream. TornadoVM captures them as it does for {@code withCUDAGraph}, which
 * knows the tasks of one task graph only; here a capture goes on over many. Its own start waits until all is done; this one does not.
 */
@SuppressWarnings("restricted") // cuGraphLaunch is called with the types of its manual
final class CudaGraphs implements Graphs {
    private static final String DRIVER = "libcuda.so.1";

    private final TornadoXPUDevice device;
    private final long plan;
    private final MemorySegment context;
    private final MemorySegment stream;
    private final MethodHandle enter;
    private final MethodHandle launch;

    /**
     * @param device one that {@linkplain TornadoXPUDevice#supportsExecutionGraphs has graphs}
     * @param plan the number of the plan, which has run something
     */
    CudaGraphs(TornadoXPUDevice device, long plan) {
        this(device, plan, SymbolLookup.libraryLookup(DRIVER, Arena.global()));
    }

    CudaGraphs(TornadoXPUDevice device, long plan, SymbolLookup driver) {
        this.device = device;
        this.plan = plan;
        TornadoNativeStreamSupport cuda = (TornadoNativeStreamSupport) device;
        context = MemorySegment.ofAddress(cuda.getNativeContext(plan));
        stream = MemorySegment.ofAddress(cuda.getNativeStream(plan));
        Linker linker = Linker.nativeLinker();
        enter = linker.downcallHandle(driver.findOrThrow("cuCtxSetCurrent"), FunctionDescriptor.of(JAVA_INT, ADDRESS));
        launch = linker.downcallHandle(
                driver.findOrThrow("cuGraphLaunch"), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    }

    @Override
    public void begin() {
        device.beginExecutionGraphCapture(plan);
    }

    @Override
    public long end() {
        return device.endExecutionGraphCaptureAndInstantiate(plan);
    }

    @Override
    public void start(long graph) {
        int status;
        try {
            status = (int) enter.invokeExact(context); // a thread may be new to it
            if (status == 0) {
                status = (int) launch.invokeExact(MemorySegment.ofAddress(graph), stream);
            }
        } catch (Throwable failure) {
            throw new IllegalStateException("cuGraphLaunch", failure);
        }
        if (status != 0) {
            throw new IllegalStateException("cuGraphLaunch failed with status " + status + "; set " + Device.GRAPHS
                    + "=off to go without CUDA graphs");
        }
    }

    @Override
    public void destroy(long graph) {
        device.destroyExecutionGraph(graph);
    }
}
