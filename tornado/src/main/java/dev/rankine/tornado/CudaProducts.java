package dev.rankine.tornado;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoNativeStreamSupport;

/**
 * The library of TornadoVM's library tasks that multiplies by {@link CuBlas}. TornadoVM's own one takes whole arrays and settles
 * every number when a graph is made; this one takes what {@link LibraryProduct} asks for when the task runs. TornadoVM finds it by
 * ServiceLoader.
 */
public final class CudaProducts implements TornadoLibraryProvider {
    static final String NAME = "rankine/cublas";

    /** Opened by the first product, where a failure is told on. */
    private static final class Handle implements LibraryContext {
        private @Nullable CuBlas library;
        private MemorySegment handle = MemorySegment.NULL;

        CuBlas opened(LibraryInvocation call) {
            if (library == null) {
                TornadoNativeStreamSupport cuda = (TornadoNativeStreamSupport) call.getDevice();
                long plan = call.getExecutionPlanId();
                CuBlas loaded = CuBlas.load();
                handle = loaded.open(cuda.getNativeContext(plan), cuda.getNativeStream(plan));
                library = loaded;
            }
            return library;
        }

        void close() {
            if (library != null) {
                library.close(handle);
            }
        }
    }

    @Override
    public String libraryName() {
        return NAME;
    }

    @Override
    public boolean canHandle(TornadoXPUDevice device) {
        return device instanceof TornadoNativeStreamSupport;
    }

    @Override
    public LibraryContext createContext(TornadoXPUDevice device, long plan) {
        return new Handle();
    }

    @Override
    public void dispatch(String function, LibraryInvocation call) {
        Handle context = (Handle) call.getContext();
        ((LibraryProduct) call.getTuning()).answer((product, precision) -> {
            CuBlas library = context.opened(call);
            library.multiply(context.handle, call.getDevicePointer(LibraryProduct.HEAP), product, precision);
        });
    }

    @Override
    public void destroyContext(LibraryContext context) {
        ((Handle) context).close();
    }
}
