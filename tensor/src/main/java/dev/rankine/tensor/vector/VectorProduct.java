package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.FLOAT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;
import static dev.rankine.tensor.vector.VectorMath.ONE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The product of one row with a matrix, y[N] (+)= x[K] B[K, N]: B is read once, as fast as memory gives it. */
final class VectorProduct {
    private VectorProduct() {}

    static boolean fits(Product p) {
        return p.m() == 1 && p.aRunsAlongK() && p.cRunsAlongN() && (p.bRunsAlongN() && p.n() > 1 || p.bRunsAlongK());
    }

    static void run(Product p) {
        if (p.bRunsAlongN() && p.n() > 1) {
            if (!p.add()) {
                ALL.asSlice(p.c(), Float.BYTES * (long) p.n()).fill((byte) 0);
            }
            addRows(p);
        } else {
            dots(p);
        }
    }

    /** Eight rows of B at a time are added to y, so that y is read and written an eighth as often as B. */
    private static void addRows(Product p) {
        int whole = p.n() - p.n() % COUNT;
        VectorMask<Float> rest = SPECIES.indexInRange(0, p.n() % COUNT);
        long step = p.bRow();
        int k = 0;
        for (; k + 8 <= p.k(); k += 8) {
            long x = p.a() + k * (long) Float.BYTES;
            long b = p.b() + k * step;
            FloatVector x0 = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, x));
            FloatVector x1 = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, x + 4));
            FloatVector x2 = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, x + 8));
            FloatVector x3 = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, x + 12));
            FloatVector x4 = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, x + 16));
            FloatVector x5 = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, x + 20));
            FloatVector x6 = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, x + 24));
            FloatVector x7 = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, x + 28));
            for (int j = 0; j < whole; j += COUNT) {
                long at = b + j * (long) Float.BYTES;
                long y = p.c() + j * (long) Float.BYTES;
                FloatVector s = FloatVector.fromMemorySegment(SPECIES, ALL, y, ORDER);
                FloatVector t =
                        FloatVector.fromMemorySegment(SPECIES, ALL, at, ORDER).mul(x0);
                s = FloatVector.fromMemorySegment(SPECIES, ALL, at + step, ORDER)
                        .fma(x1, s);
                t = FloatVector.fromMemorySegment(SPECIES, ALL, at + 2 * step, ORDER)
                        .fma(x2, t);
                s = FloatVector.fromMemorySegment(SPECIES, ALL, at + 3 * step, ORDER)
                        .fma(x3, s);
                t = FloatVector.fromMemorySegment(SPECIES, ALL, at + 4 * step, ORDER)
                        .fma(x4, t);
                s = FloatVector.fromMemorySegment(SPECIES, ALL, at + 5 * step, ORDER)
                        .fma(x5, s);
                t = FloatVector.fromMemorySegment(SPECIES, ALL, at + 6 * step, ORDER)
                        .fma(x6, t);
                s = FloatVector.fromMemorySegment(SPECIES, ALL, at + 7 * step, ORDER)
                        .fma(x7, s);
                s.add(t).intoMemorySegment(ALL, y, ORDER);
            }
            if (rest.anyTrue()) {
                for (int i = 0; i < 8; i++) {
                    addRest(p, k + i, whole, rest);
                }
            }
        }
        for (; k < p.k(); k++) {
            FloatVector x = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, p.a() + k * (long) Float.BYTES));
            for (int j = 0; j < whole; j += COUNT) {
                long y = p.c() + j * (long) Float.BYTES;
                FloatVector.fromMemorySegment(SPECIES, ALL, p.b() + k * step + j * (long) Float.BYTES, ORDER)
                        .fma(x, FloatVector.fromMemorySegment(SPECIES, ALL, y, ORDER))
                        .intoMemorySegment(ALL, y, ORDER);
            }
            if (rest.anyTrue()) {
                addRest(p, k, whole, rest);
            }
        }
    }

    private static void addRest(Product p, int k, int from, VectorMask<Float> rest) {
        long y = p.c() + from * (long) Float.BYTES;
        long b = p.b() + k * p.bRow() + from * (long) Float.BYTES;
        FloatVector x = FloatVector.broadcast(SPECIES, ALL.get(FLOAT, p.a() + k * (long) Float.BYTES));
        FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER, rest)
                .fma(x, FloatVector.fromMemorySegment(SPECIES, ALL, y, ORDER, rest))
                .intoMemorySegment(ALL, y, ORDER, rest);
    }

    /** One column of B at a time: a single long stream is what the prefetcher likes best. */
    private static void dots(Product p) {
        int unrolled = p.k() - p.k() % (4 * COUNT);
        int whole = p.k() - p.k() % COUNT;
        VectorMask<Float> rest = SPECIES.indexInRange(0, p.k() % COUNT);
        for (int j = 0; j < p.n(); j++) {
            long b = p.b() + j * p.bColumn();
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = FloatVector.zero(SPECIES);
            FloatVector s2 = FloatVector.zero(SPECIES);
            FloatVector s3 = FloatVector.zero(SPECIES);
            int k = 0;
            for (; k < unrolled; k += 4 * COUNT) {
                long at = b + k * (long) Float.BYTES;
                long x = p.a() + k * (long) Float.BYTES;
                s0 = FloatVector.fromMemorySegment(SPECIES, ALL, at, ORDER)
                        .fma(FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER), s0);
                s1 = FloatVector.fromMemorySegment(SPECIES, ALL, at + BYTES, ORDER)
                        .fma(FloatVector.fromMemorySegment(SPECIES, ALL, x + BYTES, ORDER), s1);
                s2 = FloatVector.fromMemorySegment(SPECIES, ALL, at + 2L * BYTES, ORDER)
                        .fma(FloatVector.fromMemorySegment(SPECIES, ALL, x + 2L * BYTES, ORDER), s2);
                s3 = FloatVector.fromMemorySegment(SPECIES, ALL, at + 3L * BYTES, ORDER)
                        .fma(FloatVector.fromMemorySegment(SPECIES, ALL, x + 3L * BYTES, ORDER), s3);
            }
            for (; k < whole; k += COUNT) {
                long at = k * (long) Float.BYTES;
                s0 = FloatVector.fromMemorySegment(SPECIES, ALL, b + at, ORDER)
                        .fma(FloatVector.fromMemorySegment(SPECIES, ALL, p.a() + at, ORDER), s0);
            }
            if (rest.anyTrue()) {
                long at = k * (long) Float.BYTES;
                s1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + at, ORDER, rest)
                        .fma(FloatVector.fromMemorySegment(SPECIES, ALL, p.a() + at, ORDER, rest), s1);
            }
            float sum = Lanes.sum(ONE.fma(s0, s1).add(ONE.fma(s2, s3)));
            long y = p.c() + j * (long) Float.BYTES;
            ALL.set(FLOAT, y, p.add() ? ALL.get(FLOAT, y) + sum : sum);
        }
    }
}
