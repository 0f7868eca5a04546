package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Kernels do not look where they write: what does not fit must be refused before they start. */
class WrongCallsTest {
    private static final VectorBackend BACKEND = new VectorBackend(1);
    private static final Tensor SMALL = zeros(2, 3);
    private static final Tensor LARGE = zeros(40, 50);
    private static final Tensor ONE = zeros(1);

    @AfterAll
    static void close() {
        BACKEND.close();
    }

    private static Tensor zeros(int... lengths) {
        return Tensor.zeros(BACKEND, DType.F32, Shape.of(lengths));
    }

    private static Tensor ids(long... values) {
        return Tensor.ofLongs(BACKEND, Shape.of(values.length), values);
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(ShapeMismatch.class);
    }

    @Test
    void resultsOfAnotherShape() {
        refused(() -> BACKEND.map(Unary.EXP, LARGE, SMALL));
        refused(() -> BACKEND.affine(LARGE, 1, 0, SMALL));
        refused(() -> BACKEND.zip(Binary.ADD, LARGE, LARGE, SMALL));
        refused(() -> BACKEND.zip(Binary.ADD, SMALL, LARGE, LARGE));
        refused(() -> BACKEND.copy(LARGE, SMALL));
        refused(() -> BACKEND.reduce(Reduction.SUM, LARGE, SMALL));
        refused(() -> BACKEND.softmax(LARGE, null, SMALL));
        refused(() -> BACKEND.softmax(LARGE, SMALL, LARGE));
        refused(() -> BACKEND.softmaxBackward(LARGE, SMALL, LARGE));
        refused(() -> BACKEND.gather(LARGE, ids(1, 2), SMALL));
        refused(() -> BACKEND.scatterAdd(SMALL, ids(1, 2), LARGE));
        refused(() -> BACKEND.oneHot(ids(1, 2, 0), SMALL));
        refused(() -> BACKEND.crossEntropy(LARGE, ids(1, 2), zeros(2)));
        refused(() -> BACKEND.crossEntropyBackward(SMALL, ids(1, 2), ONE, SMALL));
        assertThatThrownBy(() -> BACKEND.matmul(LARGE, LARGE, LARGE, false)).hasMessageContaining("do not fit");
    }

    @Test
    void parametersOfAnotherShape() {
        Tensor mean = zeros(40, 1);
        Tensor channels = zeros(50);
        refused(() -> BACKEND.layerNorm(LARGE, ONE, channels, 1e-5, LARGE, mean, mean));
        refused(() -> BACKEND.layerNorm(LARGE, channels, channels, 1e-5, LARGE, ONE, mean));
        refused(() -> BACKEND.layerNormBackward(LARGE, ONE, mean, mean, LARGE, LARGE));
        refused(() -> BACKEND.layerNormParameters(LARGE, mean, mean, SMALL, channels, channels));
        refused(() -> BACKEND.layerNormParameters(LARGE, mean, mean, LARGE, channels, ONE));
        refused(() -> BACKEND.residualNorm(LARGE, SMALL, null, channels, channels, 1e-5, LARGE, LARGE, mean, mean));
        refused(() -> BACKEND.residualNorm(LARGE, LARGE, null, ONE, channels, 1e-5, LARGE, LARGE, mean, mean));
        refused(() -> BACKEND.scaleColumns(LARGE, ONE, null, LARGE));
        refused(() -> BACKEND.scaleColumns(LARGE, channels, ONE, LARGE));
        refused(() -> BACKEND.scaleColumnsBackward(LARGE, channels, SMALL, LARGE, channels));
        refused(() -> BACKEND.scaleColumnsBackward(LARGE, channels, LARGE, LARGE, ONE));
        refused(() -> BACKEND.columnDots(LARGE, null, SMALL, channels));
        refused(() -> BACKEND.columnDots(LARGE, ONE, LARGE, channels));
        refused(() -> BACKEND.columnDots(LARGE, null, LARGE, ONE));
        Backend.AdamW settings = new Backend.AdamW(0.9, 0.999, 1e-8, 0);
        refused(() -> BACKEND.adamW(LARGE, SMALL, LARGE, LARGE, ONE, zeros(2), settings));
        refused(() -> BACKEND.adamW(LARGE, LARGE, LARGE, LARGE, ONE, ONE, settings));
        Draw draw = new Draw(ids(1, 2), 3, ids(0, 1));
        refused(() -> BACKEND.uniform(draw, LARGE));
        refused(() -> BACKEND.dropout(LARGE, new Backend.Dropout(0.1, draw), LARGE));
        Tensor q = zeros(2, 1, 4, 8);
        Tensor k = zeros(2, 1, 5, 8);
        Tensor saved = zeros(2, 1, 4, 2);
        refused(() -> BACKEND.attention(q, k, k, null, 1, null, q, zeros(2, 1, 4, 5)));
        refused(() -> BACKEND.attention(q, k, q, null, 1, null, q, saved));
        refused(() -> BACKEND.attention(q, k, k, zeros(2, 1, 5, 5), 1, null, q, saved));
        refused(() -> BACKEND.attentionBackward(q, k, k, null, saved, 1, null, q, q, q, k));
    }

    @Test
    void memoryThatIsReadOnlyOrOnTheHeap() {
        MemorySegment memory = zeros(6).storage().host();
        Tensor constant = Tensor.over(BACKEND, Storage.over(memory.asReadOnly(), DType.F32), SMALL.shape());
        assertThatThrownBy(() -> BACKEND.copy(SMALL, constant))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("copy: F32 [2, 3]")
                .hasMessageContaining("read-only");
        BACKEND.copy(constant, SMALL);
        Storage heap = Storage.over(MemorySegment.ofArray(new float[6]), DType.F32);
        assertThatThrownBy(() -> BACKEND.copy(Tensor.over(BACKEND, heap, SMALL.shape()), SMALL))
                .hasMessageContaining("outside the Java heap");
    }

    @Test
    void numbersOfAnotherType() {
        Tensor wide = Tensor.zeros(BACKEND, DType.F64, SMALL.shape());
        assertThatThrownBy(() -> BACKEND.map(Unary.EXP, wide, SMALL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("EXP: the vector back-end computes in F32")
                .hasMessageContaining("reference");
    }
}
