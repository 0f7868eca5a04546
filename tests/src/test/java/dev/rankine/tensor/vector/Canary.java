package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Floats outside the heap, at any element alignment, between two fields of a value that nobody may touch. */
final class Canary {
    private static final int FIELD = 80;
    private static final int SONG = 0x7fc0ca4a;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT_UNALIGNED;
    private final MemorySegment all;
    private final int size;

    /** {@code size} floats that hold what no result may contain. */
    Canary(int size) {
        this.size = size;
        all = Arena.ofAuto().allocate(4L * (size + 2 * FIELD) + 4, 64).asSlice(4);
        for (int i = 0; i < size + 2 * FIELD; i++) {
            all.setAtIndex(BITS, i, SONG);
        }
    }

    static Canary random(int size, Random random) {
        Canary canary = new Canary(size);
        for (int i = 0; i < size; i++) {
            canary.set(i, (float) random.nextGaussian());
        }
        return canary;
    }

    /** Random numbers as a tensor of a back-end. */
    static Tensor random(Backend backend, Random random, int... lengths) {
        return random(Math.toIntExact(Shape.of(lengths).size()), random).over(backend, lengths);
    }

    static Canary of(float... values) {
        Canary canary = new Canary(values.length);
        for (int i = 0; i < values.length; i++) {
            canary.set(i, values[i]);
        }
        return canary;
    }

    MemorySegment memory() {
        return all.asSlice(4L * FIELD, 4L * size);
    }

    /** Them as a tensor of a back-end, as many as its shape has. */
    Tensor over(Backend backend, int... lengths) {
        return Tensor.over(backend, Storage.over(memory(), DType.F32), Shape.of(lengths));
    }

    long address() {
        return memory().address();
    }

    int size() {
        return size;
    }

    float get(int index) {
        return memory().getAtIndex(FLOAT, index);
    }

    void set(int index, float value) {
        memory().setAtIndex(FLOAT, index, value);
    }

    float[] floats() {
        return memory().toArray(FLOAT);
    }

    int[] bits() {
        return memory().toArray(BITS);
    }

    boolean isUntouched(int index) {
        return memory().getAtIndex(BITS, index) == SONG;
    }

    /** Nothing before or behind the floats was written. */
    void checkBorders() {
        for (int i = 0; i < FIELD; i++) {
            assertThat(all.getAtIndex(BITS, i))
                    .as("the float %d before the buffer", FIELD - i)
                    .isEqualTo(SONG);
            assertThat(all.getAtIndex(BITS, FIELD + size + i))
                    .as("the float %d behind the buffer", i)
                    .isEqualTo(SONG);
        }
    }
}
