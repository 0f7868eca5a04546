package dev.rankine.tensor.linalg;

import static dev.rankine.tensor.linalg.Matrices.assertClose;
import static dev.rankine.tensor.linalg.Matrices.assertOrthonormalColumns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

@Domain(Matrices.class)
@Domain(DomainContext.Global.class)
class QrPropertyTest {
    @Property(edgeCases = EdgeCasesMode.NONE)
    void theFactorsMultiplyToTheMatrix(@ForAll Matrix a) {
        Qr qr = Qr.of(a);
        assertThat(qr.q().rows()).isEqualTo(a.rows());
        assertThat(qr.r().columns()).isEqualTo(a.columns());
        assertClose(qr.q().times(qr.r()), a, Matrices.tolerance(a));
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void everyColumnKeepsItsOwnDigits(@ForAll Matrix a) {
        Qr qr = Qr.of(a);
        Matrix product = qr.q().times(qr.r());
        for (int j = 0; j < a.columns(); j++) {
            Matrix column = column(a, j);
            assertClose(column(product, j), column, Matrices.tolerance(column) + Double.MIN_NORMAL);
        }
    }

    private static Matrix column(Matrix x, int j) {
        return Matrix.of(x.rows(), 1, x.toColumns()[j]);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void theColumnsOfQAreOrthonormal(@ForAll Matrix a) {
        assertOrthonormalColumns(Qr.of(a).q());
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void rIsZeroBelowTheDiagonal(@ForAll Matrix a) {
        Matrix r = Qr.of(a).r();
        for (int i = 0; i < r.rows(); i++) {
            for (int j = 0; j < Math.min(i, r.columns()); j++) {
                assertThat(r.get(i, j)).isZero();
            }
        }
    }

    @Example
    void aMatrixThatIsTriangularAlreadyIsKept() {
        Matrix r = Matrix.of(2, 3, 1, 2, 3, 0, -4, 5);
        assertThat(Qr.of(r)).isEqualTo(new Qr(Matrices.identity(2), r));
    }

    @Example
    void noNumberIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> Qr.of(Matrix.of(2, 2, 1, 2, Double.NaN, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("QR decomposition", "2 x 2", "[1, 0]", "NaN");
    }
}
