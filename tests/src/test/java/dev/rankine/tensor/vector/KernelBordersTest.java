package dev.rankine.tensor.vector;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No operation writes outside its results, whatever their sizes and alignment. */
class KernelBordersTest {
    private static final VectorBackend BACKEND = new VectorBackend(3);

    @AfterContainer
    static void close() {
        BACKEND.close();
    }

    /** Makes tensors between canaries, and looks after the canaries at the end. */
    private static final class Guarded {
        private final List<Canary> canaries = new ArrayList<>();
        private final Random random;

        Guarded(long seed) {
            random = new Random(seed);
        }

        Tensor of(int... lengths) {
            Shape shape = Shape.of(lengths);
            Canary canary = Canary.random(Math.toIntExact(shape.size()), random);
            canaries.add(canary);
            return Tensor.over(BACKEND, Storage.over(canary.memory(), DType.F32), shape);
        }

        void check() {
            canaries.forEach(Canary::checkBorders);
        }
    }

    @ParameterizedTest
    @EnumSource
    void map(Unary function) {
        for (int n = 0; n < 70; n++) {
            Guarded guarded = new Guarded(n);
            BACKEND.map(function, guarded.of(n), guarded.of(n));
            BACKEND.map(function, guarded.of(n, 3).transpose(0, 1), guarded.of(3, n));
            guarded.check();
        }
    }

    @ParameterizedTest
    @EnumSource
    void zip(Binary function) {
        for (int n = 0; n < 70; n++) {
            Guarded guarded = new Guarded(n);
            BACKEND.zip(function, guarded.of(n), guarded.of(n), guarded.of(n));
            Tensor row = guarded.of(n).expand(Shape.of(3, n));
            Tensor column = guarded.of(3, 1).expand(Shape.of(3, n));
            BACKEND.zip(function, row, column, guarded.of(3, n));
            guarded.check();
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void rowsAndColumns(@ForAll @IntRange(max = 9) int rows, @ForAll @IntRange(max = 80) int n, @ForAll long seed) {
        Guarded guarded = new Guarded(seed);
        Tensor x = guarded.of(rows, n);
        for (Reduction reduction : Reduction.values()) {
            BACKEND.reduce(reduction, x, guarded.of(rows, 1));
            BACKEND.reduce(reduction, x, guarded.of(1, n));
            BACKEND.reduce(reduction, x, guarded.of(1, 1));
            BACKEND.reduce(reduction, x.transpose(0, 1), guarded.of(n, 1));
        }
        BACKEND.softmax(x, guarded.of(n).expand(x.shape()), guarded.of(rows, n));
        BACKEND.softmaxBackward(x, x, guarded.of(rows, n));
        Tensor mean = guarded.of(rows, 1);
        Tensor rstd = guarded.of(rows, 1);
        BACKEND.layerNorm(x, guarded.of(n), guarded.of(n), 1e-5, guarded.of(rows, n), mean, rstd);
        BACKEND.layerNormBackward(x, guarded.of(n), mean, rstd, x, guarded.of(rows, n));
        BACKEND.layerNormParameters(x, mean, rstd, x, guarded.of(n), guarded.of(n));
        Tensor clock = Tensor.ofLongs(BACKEND, Shape.of(2), seed, 3);
        Draw draw = new Draw(clock, 5, Tensor.ofLongs(BACKEND, Shape.of(rows), new long[rows]));
        Backend.Dropout dropout = new Backend.Dropout(0.3, draw);
        Tensor gamma = guarded.of(n);
        Tensor sum = guarded.of(rows, n);
        BACKEND.residualNorm(x, x, dropout, gamma, gamma, 1e-5, sum, guarded.of(rows, n), mean, rstd);
        BACKEND.residualNormBackward(sum, dropout, gamma, mean, rstd, x, guarded.of(rows, n), guarded.of(rows, n));
        BACKEND.scaleColumns(x, gamma, gamma, guarded.of(rows, n));
        BACKEND.scaleColumnsBackward(x, gamma, x, guarded.of(rows, n), guarded.of(n));
        BACKEND.columnDots(x, gamma, x, guarded.of(n));
        BACKEND.copy(x.transpose(0, 1), guarded.of(n, rows));
        BACKEND.fill(guarded.of(rows, n), 3);
        BACKEND.affine(x, 2, 1, guarded.of(rows, n));
        guarded.check();
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void rowsChosenByIds(
            @ForAll @IntRange(max = 9) int rows, @ForAll @IntRange(min = 1, max = 80) int n, @ForAll long seed) {
        Guarded guarded = new Guarded(seed);
        long[] chosen = new Random(seed).longs(rows, 0, n).toArray();
        Tensor ids = Tensor.ofLongs(BACKEND, Shape.of(rows), chosen);
        BACKEND.gather(guarded.of(n, 19), ids, guarded.of(rows, 19));
        BACKEND.scatterAdd(guarded.of(rows, 19), ids, guarded.of(n, 19));
        BACKEND.oneHot(ids, guarded.of(rows, n));
        BACKEND.crossEntropy(guarded.of(rows, n), ids, guarded.of(rows));
        BACKEND.crossEntropyBackward(guarded.of(rows, n), ids, guarded.of(rows), guarded.of(rows, n));
        guarded.check();
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void randomNumbersAndSteps(
            @ForAll @IntRange(min = 1, max = 5) int examples, @ForAll @IntRange(max = 90) int n, @ForAll long seed) {
        Guarded guarded = new Guarded(seed);
        Tensor clock = Tensor.ofLongs(BACKEND, Shape.of(2), seed, 3);
        Draw draw = new Draw(clock, 5, Tensor.ofLongs(BACKEND, Shape.of(examples), new long[examples]));
        BACKEND.uniform(draw, guarded.of(examples, n));
        BACKEND.dropout(guarded.of(examples, n), new Backend.Dropout(0.3, draw), guarded.of(examples, n));
        Tensor second = guarded.of(n);
        BACKEND.map(Unary.ABSOLUTE, second, second);
        Backend.AdamW settings = new Backend.AdamW(0.9, 0.999, 1e-8, 0.01);
        BACKEND.adamW(guarded.of(n), guarded.of(n), guarded.of(n), second, guarded.of(1), guarded.of(2), settings);
        guarded.check();
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void attention(
            @ForAll @IntRange(min = 1, max = 40) int t,
            @ForAll @IntRange(min = 1, max = 35) int s,
            @ForAll @IntRange(min = 1, max = 40) int d,
            @ForAll long seed) {
        Guarded guarded = new Guarded(seed);
        Tensor clock = Tensor.ofLongs(BACKEND, Shape.of(2), seed, 3);
        Draw draw = new Draw(clock, 5, Tensor.ofLongs(BACKEND, Shape.of(2), 0, 1));
        Backend.Dropout dropout = new Backend.Dropout(0.2, draw);
        Tensor q = guarded.of(2, 1, t, d);
        Tensor k = guarded.of(2, 1, s, d);
        Tensor v = guarded.of(2, 1, s, d);
        Tensor mask = guarded.of(2, 1, 1, s).expand(Shape.of(2, 1, t, s));
        Tensor out = guarded.of(2, 1, t, d);
        Tensor saved = guarded.of(2, 1, t, 2);
        BACKEND.attention(q, k, v, mask, 0.3, dropout, out, saved);
        Tensor dQ = guarded.of(2, 1, t, d);
        Tensor dK = guarded.of(2, 1, s, d);
        Tensor dV = guarded.of(2, 1, s, d);
        BACKEND.attentionBackward(q, k, v, mask, saved, 0.3, dropout, out, dQ, dK, dV);
        guarded.check();
    }
}
