package dev.rankine.tornado;

import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Compilation;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The back-end for devices that TornadoVM reaches. It computes in F32. Tensors stay on the device; what the host reads is
 * brought home when it reads it. A fill or a copy of another type than F32 runs on the host.
 */
public final class TornadoBackend extends FusedKernels {
    private final Device device;
    private final ReferenceBackend host = new ReferenceBackend();

    /**
     * A back-end on a device, with so much of its memory.
     *
     * @param library what multiplies there, null for our own kernels
     * @param graphs what makes one thing of many launches there
     */
    TornadoBackend(Device device, Memory memory, @Nullable LibraryProduct library, Engine.GraphMaker graphs) {
        super(new Engine(device.handle(), memory, library, graphs), memory);
        this.device = device;
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public boolean isDevice() {
        return true;
    }

    /** What it did so far. */
    public Traffic traffic() {
        Stages stages = engine.stages();
        return new Traffic(
                engine.launches(),
                engine.starts(),
                engine.changes(),
                stages.bytesUp(),
                stages.bytesDown(),
                engine.compilation().kernels(),
                engine.compilation().seconds());
    }

    @Override
    public Compilation compilation() {
        return engine.compilation();
    }

    @Override
    public void onCompilation(Consumer<Compilation> listener) {
        engine.onCompilation(listener);
    }

    @Override
    public void scopeOpened(Scope scope) {
        residency.scopeOpened();
        engine.open();
    }

    @Override
    public void scopeClosing(Scope scope) {
        engine.closing();
        residency.scopeClosing();
    }

    @Override
    public void close() {
        residency.close();
        engine.close();
    }

    // ---- primitives ----

    @Override
    public void map(Unary function, Tensor x, Tensor out) {
        reads(function.name(), x, out);
        elements.map(function, x, out);
    }

    @Override
    public void affine(Tensor x, double scale, double shift, Tensor out) {
        reads("affine", x, out);
        elements.affine(x, scale, shift, out);
    }

    @Override
    public void zip(Binary function, Tensor a, Tensor b, Tensor out) {
        reads(function.name(), a, b, out);
        elements.zip(function, a, b, out);
    }

    @Override
    public void reduce(Reduction reduction, Tensor x, Tensor out) {
        reads(reduction.name(), x, out);
        elements.reduce(reduction, x, out);
    }

    @Override
    public void matmul(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        reads("matmul", a, b, out);
        if (out.shape().size() == 0) {
            return;
        }
        if (a.shape().dim(-1) > 0) {
            products.multiply(a, b, out, accumulate);
        } else if (!accumulate) {
            elements.fill(out, 0);
        }
    }

    @Override
    public void gather(Tensor table, Tensor ids, Tensor out) {
        reads("gather", out);
        indexing.gather(table, ids, out);
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        reads("scatterAdd", rows, table);
        indexing.scatterAdd(rows.contiguous(), ids, table);
    }

    @Override
    public void oneHot(Tensor ids, Tensor out) {
        reads("oneHot", out);
        indexing.oneHot(ids, out);
    }

    @Override
    public void copy(Tensor x, Tensor out) {
        boolean onDevice = out.dtype() == DType.F32 && x.dtype() != DType.F64 && x.dtype() != DType.I64;
        if (onDevice) {
            elements.copy(x, out);
        } else {
            out.storage().hostForWriting();
            host.copy(x, out);
        }
    }

    @Override
    public void fill(Tensor out, double value) {
        if (out.dtype() == DType.F32) {
            elements.fill(out, value);
        } else {
            out.storage().hostForWriting();
            host.fill(out, value);
        }
    }

    @Override
    public void uniform(Draw draw, Tensor out) {
        reads("uniform", out);
        if (out.isContiguous()) {
            drawing.uniform(draw, out);
        } else {
            Tensor even = out.result("uniform", out.shape());
            drawing.uniform(draw, even);
            elements.copy(even, out);
        }
    }
}
