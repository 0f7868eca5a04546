package dev.rankine.tornado;

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
    private static final class Context implements LibraryContext {
        private @Nullable Opened opened;

        private record Opened(CuBlas library, CuBlas.Handle handle) {}

        void multiply(LibraryInvocation call, Gemm product, Precision precision) {
            if (opened == null) {
                TornadoNativeStreamSupport cuda = (TornadoNativeStreamSupport) call.getDevice();
                long plan = call.getExecutionPlanId();
                CuBlas library = CuBlas.load();
                opened = new Opened(library, library.open(cuda.getNativeContext(plan), cuda.getNativeStream(plan)));
            }
            opened.library().multiply(opened.handle(), call.getDevicePointer(LibraryProduct.HEAP), product, precision);
        }

        void close() {
            if (opened != null) {
                opened.library().close(opened.handle());
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
        return new Context();
    }

    @Override
    public void dispatch(String function, LibraryInvocation call) {
        Context context = (Context) call.getContext();
        ((LibraryProduct) call.getTuning()).answer((product, precision) -> context.multiply(call, product, precision));
    }

    @Override
    public void destroyContext(LibraryContext context) {
        ((Context) context).close();
    }
}
