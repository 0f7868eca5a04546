package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Unary;
import jdk.incubator.vector.FloatVector;

/**
 * y = f(x) over whole vectors. Each function has a loop of its own, since a loop that is told its function
 * is compiled for all of them at once.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class MapKernels {
    private MapKernels() {}

    /** {@code vectors} vectors from address x to y, which may be the same. */
    static void run(Unary function, long x, long y, int vectors) {
        switch (function) {
            case NEGATE -> negate(x, y, vectors);
            case ABSOLUTE -> absolute(x, y, vectors);
            case SIGN -> sign(x, y, vectors);
            case STEP -> step(x, y, vectors);
            case SQUARE -> square(x, y, vectors);
            case SQUARE_ROOT -> squareRoot(x, y, vectors);
            case RECIPROCAL -> reciprocal(x, y, vectors);
            case EXP -> exp(x, y, vectors);
            case LOG -> log(x, y, vectors);
            case TANH -> tanh(x, y, vectors);
            case SIGMOID -> sigmoid(x, y, vectors);
            case RELU -> relu(x, y, vectors);
            case GELU -> gelu(x, y, vectors);
            case GELU_TANH -> geluTanh(x, y, vectors);
        }
    }

    private static void negate(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            x.neg().intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void absolute(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            x.abs().intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void sign(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.sign(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void step(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.step(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void square(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            x.mul(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void squareRoot(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            x.sqrt().intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void reciprocal(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.ONE.div(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void exp(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.exp(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void log(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.log(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void tanh(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.tanh(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void sigmoid(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.sigmoid(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void relu(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            x.max(VectorMath.ZERO).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void gelu(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.gelu(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void geluTanh(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            VectorMath.geluTanh(x).intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }
}
