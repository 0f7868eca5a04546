package dev.rankine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The elements of a storage as numbers, whatever their type: F16 and BF16 are widened exactly and rounded to nearest,
 * ties to even, when written. Slow and simple; kernels read memory themselves.
 */
public final class Cells {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final DType dtype;
    private final MemorySegment memory;

    private Cells(DType dtype, MemorySegment memory) {
        this.dtype = dtype;
        this.memory = memory;
    }

    /** The elements of the storage under a tensor, brought home if a device holds the newer ones. */
    public static Cells of(Tensor x) {
        return new Cells(x.dtype(), x.storage().host());
    }

    /** The element at a place of the storage. */
    public double get(long place) {
        return switch (dtype) {
            case F32 -> memory.getAtIndex(F32, place);
            case F64 -> memory.getAtIndex(F64, place);
            case F16 -> Float.float16ToFloat(memory.getAtIndex(HALF, place));
            case BF16 -> Float.intBitsToFloat(memory.getAtIndex(HALF, place) << 16);
            case I64 -> memory.getAtIndex(I64, place);
        };
    }

    /** The integer at a place of an I64 storage. */
    public long getLong(long place) {
        return memory.getAtIndex(I64, place);
    }

    public void set(long place, double value) {
        switch (dtype) {
            case F32 -> memory.setAtIndex(F32, place, (float) value);
            case F64 -> memory.setAtIndex(F64, place, value);
            case F16 -> memory.setAtIndex(HALF, place, Float.floatToFloat16((float) value));
            case BF16 -> memory.setAtIndex(HALF, place, toBFloat16((float) value));
            case I64 -> memory.setAtIndex(I64, place, (long) value);
        }
    }

    public void setLong(long place, long value) {
        memory.setAtIndex(I64, place, value);
    }

    private static short toBFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            // rounding could carry a NaN's payload into infinity
            return (short) (bits >>> 16 | 0x40);
        }
        int toEven = 0x7FFF + (bits >>> 16 & 1);
        return (short) (bits + toEven >>> 16);
    }
}
