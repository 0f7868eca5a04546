package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.reference.ReferenceBackend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StorageTest {
    @Property(tries = 200)
    void ownMemoryIsAlignedAndZero(@ForAll DType dtype, @ForAll @IntRange(max = 1000) int elements) {
        Storage storage = Storage.allocate(dtype, elements);
        MemorySegment memory = storage.host();
        assertThat(memory.address() % Storage.ALIGNMENT).isZero();
        assertThat(memory.byteSize()).isEqualTo((long) elements * dtype.bytes());
        assertThat(storage.elements()).isEqualTo(elements);
        for (long i = 0; i < memory.byteSize(); i++) {
            assertThat(memory.get(ValueLayout.JAVA_BYTE, i)).isZero();
        }
    }

    /** The bytes in front are part of the zeroed block; an allocator's own header would hold the block's size. */
    @Test
    void ownMemoryHasRoomForAHeaderInFront() {
        Storage storage = Storage.allocate(DType.F32, 100);
        MemorySegment front = MemorySegment.ofAddress(storage.host().address() - Storage.HEADROOM)
                .reinterpret(Storage.HEADROOM);
        assertThat(front.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    }

    @Property(tries = 50)
    void memoryOfAnyAlignmentIsRead(@ForAll @IntRange(max = 7) int shift) {
        MemorySegment block = Arena.ofAuto().allocate(64, 8).asSlice(shift, 24);
        for (int i = 0; i < 6; i++) {
            block.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, i + 0.5f);
        }
        Tensor x = Tensor.over(new ReferenceBackend(), Storage.over(block, DType.F32), Shape.of(2, 3));
        assertThat(x.toDoubles()).containsExactly(0.5, 1.5, 2.5, 3.5, 4.5, 5.5);
        assertThat(x.toFloats()).containsExactly(0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f);
        assertThat(x.transpose(0, 1)
                        .plus(Tensor.scalar(x.backend(), DType.F32, 1))
                        .toDoubles())
                .containsExactly(1.5, 4.5, 2.5, 5.5, 3.5, 6.5);
    }

    @Test
    void memoryThatIsNoWholeNumberOfElementsIsRefused() {
        assertThatThrownBy(() -> Storage.over(MemorySegment.ofArray(new byte[7]), DType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("7 bytes are no whole number of F32");
    }

    @Test
    void exhaustionNamesTheOptionThatRaisesTheLimit() {
        assertThatThrownBy(() -> Storage.allocate(DType.F64, 1L << 40))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageContaining("-XX:MaxDirectMemorySize")
                .hasMessageContaining("8796093022208 bytes (1099511627776 F64)")
                .hasCauseInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> Storage.allocate(DType.F64, Long.MAX_VALUE / 2))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void everyStorageHasItsOwnIdAndEveryWriteRaisesTheVersion() {
        Storage a = Storage.allocate(DType.F32, 1);
        Storage b = Storage.allocate(DType.F32, 1);
        assertThat(a.id()).isNotEqualTo(b.id());
        long version = a.version();
        a.host();
        assertThat(a.version()).isEqualTo(version);
        a.hostForWriting();
        a.written();
        assertThat(a.version()).isEqualTo(version + 2);
    }

    @Test
    void aDeviceIsAskedForTheNewestBytesBeforeEveryRead() {
        Storage storage = Storage.allocate(DType.F32, 1);
        List<Storage> asked = new ArrayList<>();
        storage.residesOn(asked::add);
        storage.host();
        storage.hostForWriting();
        assertThat(asked).containsExactly(storage, storage);
        storage.residesOn(null);
        storage.host();
        assertThat(asked).hasSize(2);
    }
}
