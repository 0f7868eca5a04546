package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class SequencesTest {
    private static final Sequences THREE = Sequences.of(2, 0, 3);

    @Test
    void lieOneBehindTheOther() {
        assertThat(THREE.count()).isEqualTo(3);
        assertThat(THREE.rows()).isEqualTo(5);
        assertThat(THREE.longest()).isEqualTo(3);
        assertThat(THREE.first(2)).isEqualTo(2);
        assertThat(THREE.first(3)).isEqualTo(5);
        assertThat(THREE.length(1)).isZero();
        Tensor x = Tensor.of(new ReferenceBackend(), Shape.of(5, 1), 0, 1, 2, 3, 4);
        assertThat(THREE.of(2, x).toFloats()).containsExactly(2, 3, 4);
    }

    @Test
    void areNoneOrOfNoRows() {
        assertThat(Sequences.of().rows()).isZero();
        assertThat(Sequences.of().longest()).isZero();
        assertThat(Sequences.of(0).rows()).isZero();
    }

    @Test
    void haveNoNegativeLength() {
        assertThatThrownBy(() -> Sequences.of(1, -2)).hasMessage("sequence 1 has a length of -2");
    }

    @Test
    void attendWithKeysForEach() {
        assertThatThrownBy(() -> new SequenceForm(THREE, Sequences.of(1), 2, 1, null, null))
                .hasMessageContaining("3 sequences of queries and 1 of keys");
        assertThatThrownBy(() -> new SequenceForm(THREE, THREE, 0, 1, null, null))
                .hasMessageContaining("0 heads");
        Tensor small = Tensor.zeros(new ReferenceBackend(), DType.F32, Shape.of(2, 3));
        assertThatThrownBy(() -> new SequenceForm(THREE, THREE, 1, 1, small, null))
                .hasMessageContaining("the mask must reach over 3 queries and 3 keys");
        SequenceForm form = new SequenceForm(THREE, THREE, 2, 1, null, null);
        Shape rows = Shape.of(5, 4);
        assertThatThrownBy(() -> form.require("here", Shape.of(5, 3), rows, rows))
                .isInstanceOf(ShapeMismatch.class)
                .hasMessageContaining("2 heads of the same width");
        assertThatThrownBy(() -> form.require("here", rows, Shape.of(4, 4), rows))
                .isInstanceOf(ShapeMismatch.class);
    }
}
