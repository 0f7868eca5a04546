package dev.rankine.tensor.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class MatrixTest {
    private static final Matrix X = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);

    @Test
    void goesToATensorAndBack() {
        Backend backend = new ReferenceBackend();
        Tensor x = X.toTensor(backend, DType.F32);
        assertThat(x.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(Matrix.of(x)).isEqualTo(X);
        assertThat(Matrix.of(x.transpose(0, 1))).isEqualTo(X.transpose());
    }

    @Test
    void isTransposed() {
        assertThat(X.transpose()).isEqualTo(Matrix.of(3, 2, 1, 4, 2, 5, 3, 6));
    }

    @Test
    void multiplies() {
        assertThat(X.times(X.transpose())).isEqualTo(Matrix.of(2, 2, 14, 32, 32, 77));
    }

    @Test
    void givesColumns() {
        assertThat(X.columns(2)).isEqualTo(Matrix.of(2, 2, 1, 2, 4, 5));
        assertThat(X.scaledColumns(1, 0, -1)).isEqualTo(Matrix.of(2, 3, 1, 0, -3, 4, 0, -6));
        assertThat(X.largest()).isEqualTo(6);
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> Matrix.of(2, 2, 1, 2, 3)).hasMessage("a matrix of 2 x 2 cannot hold 3 values");
        assertThatThrownBy(() -> X.times(X)).hasMessageContainingAll("[2, 3]", "3 and 2 differ");
        assertThatThrownBy(() -> X.get(2, 0)).hasMessage("[2, 0] of a matrix of 2 x 3");
        assertThatThrownBy(() -> X.scaledColumns(1)).hasMessage("1 factors for the columns of a matrix of 2 x 3");
        Tensor cube = Tensor.zeros(new ReferenceBackend(), DType.F32, Shape.of(1, 1, 1));
        assertThatThrownBy(() -> Matrix.of(cube)).hasMessageContaining("two axes");
    }
}
