package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Binary;
import jdk.incubator.vector.FloatVector;

/**
 * y = f(a, b) over whole vectors, a loop for each function. A step of 0 bytes reads the same vector again,
 * for an operand that is one repeated number.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class ZipKernels {
    private ZipKernels() {}

    /** {@code vectors} vectors from addresses a and b to y, which may be one of them. */
    static void run(Binary function, long a, long aStep, long b, long bStep, long y, int vectors) {
        switch (function) {
            case ADD -> add(a, aStep, b, bStep, y, vectors);
            case SUBTRACT -> subtract(a, aStep, b, bStep, y, vectors);
            case MULTIPLY -> multiply(a, aStep, b, bStep, y, vectors);
            case DIVIDE -> divide(a, aStep, b, bStep, y, vectors);
            case MINIMUM -> minimum(a, aStep, b, bStep, y, vectors);
            case MAXIMUM -> maximum(a, aStep, b, bStep, y, vectors);
            case TANH_BACKWARD -> tanhBackward(a, aStep, b, bStep, y, vectors);
            case SIGMOID_BACKWARD -> sigmoidBackward(a, aStep, b, bStep, y, vectors);
            case RELU_BACKWARD -> reluBackward(a, aStep, b, bStep, y, vectors);
            case GELU_BACKWARD -> geluBackward(a, aStep, b, bStep, y, vectors);
            case GELU_TANH_BACKWARD -> geluTanhBackward(a, aStep, b, bStep, y, vectors);
        }
    }

    private static void add(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            a.add(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void subtract(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            a.sub(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void multiply(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            a.mul(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void divide(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            a.div(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void minimum(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            a.min(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void maximum(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            a.max(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void tanhBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            a.neg().fma(a, VectorMath.ONE).mul(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void sigmoidBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            VectorMath.ONE.sub(a).mul(a).mul(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void reluBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            VectorMath.whereAbove0(a, b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void geluBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            VectorMath.geluDerivative(a).mul(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void geluTanhBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            VectorMath.geluTanhDerivative(a).mul(b).intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }
}
