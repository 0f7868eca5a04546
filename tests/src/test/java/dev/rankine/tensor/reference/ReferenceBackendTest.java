package dev.rankine.tensor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.IdOutOfRange;
import dev.rankine.tensor.Layout;
import dev.rankine.tensor.Probe;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Samples;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the plain loops compute does not depend on how tensors lie in memory, and ends where the numbers do. */
class ReferenceBackendTest {
    private static final Backend BACKEND = new ReferenceBackend();

    /** The numbers that an operation leaves in a result of this layout. */
    private static double[] into(Layout layout, Shape shape, Consumer<Tensor> operation) {
        Tensor out = new Samples(BACKEND, 9).of(DType.F64, shape, layout);
        operation.accept(out);
        return out.toDoubles();
    }

    private static void requireTheSameEverywhere(Layout layout, Shape shape, Consumer<Tensor> operation) {
        assertThat(into(layout, shape, operation)).isEqualTo(into(Layout.ROW_MAJOR, shape, operation));
    }

    @ParameterizedTest
    @EnumSource(value = Layout.class, mode = EnumSource.Mode.EXCLUDE, names = "BROADCAST")
    void rowsGoWhereTheStridesSay(Layout layout) {
        Tensor ids = Tensor.ofLongs(BACKEND, Shape.of(2, 2), 2, 0, 1, 2);
        Tensor dense = new Samples(BACKEND, 3).of(DType.F64, Shape.of(4, 3), Layout.ROW_MAJOR);
        Tensor table = new Samples(BACKEND, 4).of(DType.F64, Shape.of(4, 3), layout);
        BACKEND.copy(dense, table);
        double[] x = dense.toDoubles();
        assertThat(into(layout, Shape.of(2, 2, 3), out -> BACKEND.gather(table, ids, out)))
                .containsExactly(x[6], x[7], x[8], x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8]);
        requireTheSameEverywhere(layout, Shape.of(2, 2, 3), out -> BACKEND.oneHot(ids, out));
        assertThat(into(layout, Shape.of(4, 3), out -> {
                    BACKEND.copy(dense, out);
                    BACKEND.scatterAdd(table, Tensor.ofLongs(BACKEND, Shape.of(4), 3, 3, 0, 1), out);
                }))
                .containsExactly(
                        x[0] + x[6],
                        x[1] + x[7],
                        x[2] + x[8],
                        x[3] + x[9],
                        x[4] + x[10],
                        x[5] + x[11],
                        x[6],
                        x[7],
                        x[8],
                        x[9] + x[0] + x[3],
                        x[10] + x[1] + x[4],
                        x[11] + x[2] + x[5]);
    }

    @ParameterizedTest
    @EnumSource(value = Layout.class, mode = EnumSource.Mode.EXCLUDE, names = "BROADCAST")
    void productsGoWhereTheStridesSay(Layout layout) {
        Tensor a = Tensor.of(BACKEND, DType.F64, Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor b = Tensor.of(BACKEND, DType.F64, Shape.of(3, 2), 1, -1, 2, 0, 1, 3);
        assertThat(into(layout, Shape.of(2, 2), out -> BACKEND.matmul(a, b, out, false)))
                .containsExactly(8, 8, 20, 14);
        Tensor start = Tensor.of(BACKEND, DType.F64, Shape.of(2, 2), 10, 20, 30, 40);
        assertThat(into(layout, Shape.of(2, 2), out -> {
                    BACKEND.copy(start, out);
                    BACKEND.matmul(a, b, out, true);
                }))
                .containsExactly(18, 28, 50, 54);
    }

    @Test
    void theLargestOfNegativeNumbersIsNegative() {
        Tensor x = Tensor.of(BACKEND, DType.F64, Shape.of(2, 3), -3, -1, -2, -5, -7, -6);
        assertThat(x.reduce(Reduction.MAXIMUM, 1).toDoubles()).containsExactly(-1, -5);
        assertThat(x.reduce(Reduction.MAXIMUM, 0).toDoubles()).containsExactly(-3, -1, -2);
        double[] none = Tensor.zeros(BACKEND, DType.F64, Shape.of(2, 0))
                .reduce(Reduction.MAXIMUM, 1)
                .toDoubles();
        assertThat(none).hasSize(2).containsOnly(Double.NEGATIVE_INFINITY);
        assertThat(Arrays.stream(x.reduce(Reduction.SUM, 0, 1).toDoubles()).sum())
                .isEqualTo(-24);
    }

    /** The derivative of ReLU at its kink is 0, as it is everywhere else in the field. */
    @Test
    void theKinkOfReluHasNoSlope() {
        assertThat(Functions.apply(Binary.RELU_BACKWARD, 0, 3)).isZero();
        assertThat(Functions.apply(Binary.RELU_BACKWARD, Double.MIN_VALUE, 3)).isEqualTo(3);
    }

    @Test
    void theFirstIdBehindTheTableIsRefused() {
        Tensor table = Tensor.zeros(BACKEND, DType.F32, Shape.of(4, 2));
        Tensor out = Tensor.zeros(BACKEND, DType.F32, Shape.of(1, 2));
        Tensor behind = Tensor.ofLongs(BACKEND, Shape.of(1), 4);
        assertThatThrownBy(() -> BACKEND.gather(table, behind, out)).isInstanceOf(IdOutOfRange.class);
        assertThatThrownBy(() -> BACKEND.scatterAdd(out, behind, table)).isInstanceOf(IdOutOfRange.class);
    }

    @Test
    void itIsFoundByItsNameAndAlwaysReady() {
        Backends.Choice choice = Backends.choose("reference", 1);
        assertThat(choice.backend().name()).isEqualTo("reference");
        assertThat(choice.backend().description()).contains("plain loops");
        assertThat(List.of(new ReferenceBackendProvider().probe())).allMatch(Probe.Ready.class::isInstance);
    }
}
