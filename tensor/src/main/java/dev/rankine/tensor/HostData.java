package dev.rankine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Moves numbers between Java arrays and storages, whatever the strides. */
final class HostData {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private HostData() {}

    /** Called with the place of each element in the storage, in row-major order. */
    private interface Visitor {
        void at(int index, long place);
    }

    private static void visit(Tensor x, Visitor visitor) {
        int rank = x.shape().rank();
        int[] index = new int[rank];
        long place = x.offset();
        int count = Math.toIntExact(x.shape().size());
        for (int i = 0; i < count; i++) {
            visitor.at(i, place);
            for (int axis = rank - 1; axis >= 0; axis--) {
                place += x.stride(axis);
                if (++index[axis] < x.shape().dim(axis)) {
                    break;
                }
                place -= x.stride(axis) * index[axis];
                index[axis] = 0;
            }
        }
    }

    static double[] readDoubles(Tensor x) {
        Cells cells = Cells.of(x);
        double[] values = new double[Math.toIntExact(x.shape().size())];
        visit(x, (i, place) -> values[i] = cells.get(place));
        return values;
    }

    static float[] readFloats(Tensor x) {
        float[] values = new float[Math.toIntExact(x.shape().size())];
        if (x.dtype() == DType.F32 && x.isContiguous() && values.length > 0) {
            MemorySegment.copy(x.storage().host(), F32, 4 * x.offset(), values, 0, values.length);
            return values;
        }
        double[] wide = readDoubles(x);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) wide[i];
        }
        return values;
    }

    static long[] readLongs(Tensor x) {
        requireType(x, DType.I64);
        MemorySegment memory = x.storage().host();
        long[] values = new long[Math.toIntExact(x.shape().size())];
        if (x.isContiguous()) {
            MemorySegment.copy(memory, I64, I64.byteSize() * x.offset(), values, 0, values.length);
        } else {
            visit(x, (i, place) -> values[i] = memory.getAtIndex(I64, place));
        }
        return values;
    }

    static Tensor write(Tensor x, float... values) {
        requireType(x, DType.F32);
        requireCount(x, values.length);
        MemorySegment memory = x.storage().hostForWriting();
        visit(x, (i, place) -> memory.setAtIndex(F32, place, values[i]));
        return x;
    }

    static Tensor write(Tensor x, double... values) {
        requireCount(x, values.length);
        MemorySegment memory = x.storage().hostForWriting();
        switch (x.dtype()) {
            case F32 -> visit(x, (i, place) -> memory.setAtIndex(F32, place, (float) values[i]));
            case F64 -> visit(x, (i, place) -> memory.setAtIndex(F64, place, values[i]));
            case F16, BF16, I64 ->
                throw new IllegalArgumentException("write: a tensor of " + x.dtype() + " takes no doubles");
        }
        return x;
    }

    static Tensor write(Tensor x, long... values) {
        requireType(x, DType.I64);
        requireCount(x, values.length);
        MemorySegment memory = x.storage().hostForWriting();
        if (x.isContiguous()) {
            MemorySegment.copy(values, 0, memory, I64, I64.byteSize() * x.offset(), values.length);
        } else {
            visit(x, (i, place) -> memory.setAtIndex(I64, place, values[i]));
        }
        return x;
    }

    private static void requireType(Tensor x, DType expected) {
        if (x.dtype() != expected) {
            throw new IllegalArgumentException("expected a tensor of " + expected + ", got " + x);
        }
    }

    private static void requireCount(Tensor x, int values) {
        if (x.shape().size() != values) {
            throw new IllegalArgumentException(
                    "shape " + x.shape() + " takes " + x.shape().size() + " values, got " + values);
        }
    }
}
