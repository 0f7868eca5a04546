package dev.rankine.tensor;

import java.util.Locale;

/**
 * What one element is. {@link #F32} computes; {@link #F64} exists so that gradients can be checked; {@link #F16} and
 * {@link #BF16} store frozen weights and are widened when they are copied into F32; {@link #I64} holds indexes.
 */
public enum DType {
    F32(4),
    F64(8),
    F16(2),
    BF16(2),
    I64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether arithmetic runs in this type, as opposed to mere storage. */
    public boolean computes() {
        return this == F32 || this == F64;
    }

    /** The type that a name such as {@code F32} stands for in a safetensors header. */
    public static DType parse(String name) {
        for (DType dtype : values()) {
            if (dtype.name().equals(name.toUpperCase(Locale.ROOT))) {
                return dtype;
            }
        }
        throw new IllegalArgumentException(
                "element type '" + name + "' is not supported: use F32, F64, F16, BF16 or I64");
    }
}
