package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
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
 * brought home when it reads it. Operations without a kernel of their own keep their default bodies, which run on the
 * device too. A fill or a copy of another type than F32 runs on the host.
 */
public final class TornadoBackend implements Backend {
    private final Device device;
    private final Engine engine;
    private final Residency residency;
    private final Elements elements;
    private final Products products;
    private final Rows rows;
    private final Indexing indexing;
    private final ReferenceBackend host = new ReferenceBackend();

    /**
     * A back-end on a device, with so much of its memory.
     *
     * @param library what multiplies there, null for our own kernels
     */
    TornadoBackend(Device device, Memory memory, @Nullable LibraryProduct library) {
        this.device = device;
        engine = new Engine(device.handle(), memory, library);
        residency = new Residency(engine.stages(), memory.floats(), memory.ints());
        elements = new Elements(engine, residency);
        products = new Products(engine, residency);
        rows = new Rows(engine, residency);
        indexing = new Indexing(engine, residency);
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

    private static void reads(String operation, @Nullable Tensor... operands) {
        for (Tensor operand : operands) {
            if (operand != null && operand.dtype() != DType.F32) {
                throw new IllegalArgumentException(operation + ": the tornado back-end computes in F32, got " + operand
                        + "; use the reference back-end for F64, or copy to F32 first");
            }
        }
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
            indexing.uniform(draw, out);
        } else {
            Tensor even = out.result("uniform", out.shape());
            indexing.uniform(draw, even);
            elements.copy(even, out);
        }
    }

    // ---- fused operations ----

    private static boolean isEmpty(Tensor x) {
        return x.shape().size() == 0;
    }

    private static boolean areRowMajor(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (!tensor.isContiguous()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void softmax(Tensor x, @Nullable Tensor mask, Tensor y) {
        reads("softmax", x, mask, y);
        if (!isEmpty(x)) {
            rows.softmax(x.contiguous(), mask, 1, y);
        }
    }

    @Override
    public void softmaxBackward(Tensor y, Tensor dY, Tensor dX) {
        reads("softmaxBackward", y, dY, dX);
        if (!isEmpty(y)) {
            rows.softmaxBackward(y.contiguous(), dY.contiguous(), 1, dX);
        }
    }

    @Override
    public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        reads("layerNorm", x, gamma, beta, y, mean, rstd);
        if (isEmpty(x)) {
            Backend.super.layerNorm(x, gamma, beta, epsilon, y, mean, rstd);
        } else {
            rows.layerNorm(x.contiguous(), gamma.contiguous(), beta.contiguous(), epsilon, y, mean, rstd);
        }
    }

    @Override
    public void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        reads("layerNormBackward", x, gamma, mean, rstd, dY, dX);
        if (!isEmpty(x)) {
            rows.layerNormBackward(
                    x.contiguous(), gamma.contiguous(), mean.contiguous(), rstd.contiguous(), dY.contiguous(), dX);
        }
    }

    @Override
    public void attention(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            double scale,
            @Nullable Dropout dropout,
            Tensor out,
            Tensor probabilities) {
        reads("attention", q, k, v, mask, out, probabilities);
        Tensor scores = q.matmul(k.transpose(-1, -2));
        if (!isEmpty(scores)) {
            rows.softmax(scores, mask, scale, probabilities);
        }
        matmul(dropped(probabilities, dropout), v, out, false);
    }

    @Override
    public void attentionBackward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            Tensor probabilities,
            double scale,
            @Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        reads("attentionBackward", q, k, v, probabilities, dOut, dQ, dK, dV);
        matmul(dropped(probabilities, dropout).transpose(-1, -2), dOut, dV, false);
        Tensor dProbabilities = dropped(dOut.matmul(v.transpose(-1, -2)), dropout);
        Tensor dScores = probabilities.result("attention", probabilities.shape());
        if (!isEmpty(dScores)) {
            rows.softmaxBackward(probabilities.contiguous(), dProbabilities, scale, dScores);
        }
        matmul(dScores, k, dQ, false);
        matmul(dScores.transpose(-1, -2), q, dK, false);
    }

    private Tensor dropped(Tensor x, @Nullable Dropout dropout) {
        if (dropout == null) {
            return x;
        }
        Tensor y = x.result("dropout", x.shape());
        dropout(x, dropout, y);
        return y;
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        reads("crossEntropy", logits, losses);
        Indexing.require(
                "crossEntropy", targets, Integer.MIN_VALUE, logits.shape().dim(-1));
        if (isEmpty(logits)) {
            Backend.super.crossEntropy(logits, targets, losses);
        } else {
            rows.crossEntropy(logits.contiguous(), targets, losses);
        }
    }

    @Override
    public void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        reads("crossEntropyBackward", logits, dLosses, dLogits);
        Indexing.require(
                "crossEntropy", targets, Integer.MIN_VALUE, logits.shape().dim(-1));
        if (!isEmpty(logits)) {
            rows.crossEntropyBackward(logits.contiguous(), targets, dLosses, dLogits);
        }
    }

    @Override
    public void dropout(Tensor x, Dropout dropout, Tensor y) {
        reads("dropout", x, y);
        Tensor u = x.result("uniform", x.shape());
        indexing.uniform(dropout.draw(), u);
        indexing.drop(x.contiguous(), u, dropout.p(), y);
    }

    @Override
    public void adamW(
            Tensor weight, Tensor gradient, Tensor m, Tensor v, Tensor rate, Tensor corrections, AdamW settings) {
        reads("adamW", weight, gradient, m, v, rate, corrections);
        if (!areRowMajor(weight, m, v)) {
            Backend.super.adamW(weight, gradient, m, v, rate, corrections, settings);
        } else if (!isEmpty(weight)) {
            rows.adamW(weight, gradient.contiguous(), m, v, rate, corrections.contiguous(), settings);
        }
    }
}
