package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class UseTest {
    private final Tensor x = Tensor.zeros(new ReferenceBackend(), DType.F32, Shape.of(8, 6, 4));

    @Test
    void rowsOfEqualCutsGoTogether() {
        Use written = Use.rows(x, true);
        assertThat(Use.rows(x, false).conflictsWith(written)).isFalse();
        assertThat(Use.rows(x.reshape(Shape.of(48, 4)), true).conflictsWith(written))
                .isFalse();
        assertThat(Use.rows(x.transpose(1, 2), true).conflictsWith(written)).isFalse();
    }

    @Test
    void rowsOfOtherCutsDoNot() {
        Use written = Use.rows(x, true);
        assertThat(Use.rows(x.slice(0, 0, 4), false).conflictsWith(written)).isTrue();
        assertThat(Use.rows(x.slice(0, 4, 8), false).conflictsWith(written)).isTrue();
        assertThat(Use.rows(x.slice(1, 1, 2), false).conflictsWith(written)).isTrue();
        assertThat(Use.rows(x.transpose(0, 1), false).conflictsWith(written)).isTrue();
        assertThat(Use.rows(x.slice(0, 0, 1).expand(Shape.of(8, 6, 4)), false).conflictsWith(written))
                .isTrue();
        assertThat(Use.reads(x).conflictsWith(written)).isTrue();
    }

    @Test
    void readersAndOtherMemoryNeverMatter() {
        Tensor y = Tensor.zeros(x.backend(), DType.F32, x.shape());
        assertThat(Use.reads(x).conflictsWith(Use.rows(x.slice(0, 0, 4), false)))
                .isFalse();
        assertThat(Use.writes(x).conflictsWith(Use.writes(y))).isFalse();
        assertThat(Use.rows(x.slice(0, 0, 4), true).conflictsWith(Use.rows(x.slice(0, 4, 8), true)))
                .isFalse();
        assertThat(Use.writes(x).conflictsWith(Use.reads(x))).isTrue();
        assertThat(Use.rows(x, true).ofAll().conflictsWith(Use.rows(x, false))).isTrue();
    }

    @Test
    void axesThatLieWithinEachOtherAreNotCut() {
        assertThat(Use.rows(x, true).byUnit()).isTrue();
        assertThat(Use.rows(x.transpose(0, 1), true).byUnit()).isFalse();
        assertThat(Use.rows(x.slice(0, 2, 3).transpose(0, 2), true).byUnit()).isFalse();
        assertThat(Use.rows(x.slice(1, 0, 1), true)).isEqualTo(new Use(x.storage(), true, true, 0, 4L * 8 * 6 * 4));
    }
}
