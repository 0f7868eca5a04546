package dev.rankine.tensor.safetensors;

import dev.rankine.tensor.DType;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The element types of the format. All have a size, so that every file can be checked; some can become tensors. */
enum StoredType {
    BOOL(8, null),
    F4(4, null),
    F6_E2M3(6, null),
    F6_E3M2(6, null),
    U8(8, null),
    I8(8, null),
    F8_E5M2(8, null),
    F8_E4M3(8, null),
    F8_E8M0(8, null),
    I16(16, null),
    U16(16, null),
    F16(16, DType.F16),
    BF16(16, DType.BF16),
    I32(32, null),
    U32(32, null),
    F32(32, DType.F32),
    C64(64, null),
    F64(64, DType.F64),
    I64(64, DType.I64),
    U64(64, null);

    private final int bits;
    private final @Nullable DType dtype;

    StoredType(int bits, @Nullable DType dtype) {
        this.bits = bits;
        this.dtype = dtype;
    }

    /** Bits of one element. */
    int bits() {
        return bits;
    }

    /** The type of a tensor of such elements, or null if there is none. */
    @Nullable
    DType dtype() {
        return dtype;
    }

    /** The type of that name, or null. */
    static @Nullable StoredType parse(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    static StoredType of(DType dtype) {
        return valueOf(dtype.name());
    }

    /** The names of the types that can become tensors. */
    static String readable() {
        return Arrays.stream(DType.values()).map(DType::name).collect(Collectors.joining(", "));
    }
}
