package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Exponentials of a row and their sum. Rows of whole vectors have a loop of their own, large enough for the JIT to leave
 * it a method: one that was compiled for them and meets another row is compiled again, with vectors that are objects.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class Exponentials {
    private Exponentials() {}

    /** y = e^(x - max) for x <= max; gives the sum of y. */
    static float run(long x, float max, long y, int count) {
        return count % COUNT == 0 ? whole(x, max, y, count) : masked(x, max, y, count);
    }

    private static float whole(long x, float max, long y, int count) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += COUNT) {
            long place = 4L * i;
            FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, ALL, x + place, ORDER);
            var t = x0.sub(max);
            var n = t.fma(VectorMath.LOG2_E, VectorMath.BIASED_ROUNDER);
            var whole = n.sub(VectorMath.BIASED_ROUNDER);
            var t2 = whole.fma(VectorMath.MINUS_LN2_HIGH, t);
            var r = whole.fma(VectorMath.MINUS_LN2_LOW, t2);
            var t3 = Polynomials.EXP_6.fma(r, Polynomials.EXP_5);
            var t4 = t3.fma(r, Polynomials.EXP_4);
            var t5 = t4.fma(r, Polynomials.EXP_3);
            var tail = t5.fma(r, Polynomials.EXP_2);
            var t6 = r.mul(r);
            var t7 = t6.fma(tail, r);
            var p = t7.add(VectorMath.ONE);
            var t8 = n.reinterpretAsInts();
            var t9 = t8.lanewise(VectorOperators.LSHL, 23);
            var scale = t9.reinterpretAsFloats();
            var t10 = p.mul(scale);
            var t11 = t.compare(VectorOperators.LT, VectorMath.EXP_SMALLEST);
            var e = t10.blend(VectorMath.ZERO, t11);
            e.intoMemorySegment(ALL, y + place, ORDER);
            sum = e.add(sum);
        }
        if (COUNT > 16) {
            return Lanes.sum(sum);
        }
        if (COUNT >= 16) {
            sum = Interleave.UPPER_8.selectFrom(sum, sum).add(sum);
        }
        if (COUNT >= 8) {
            sum = Interleave.UPPER_4.selectFrom(sum, sum).add(sum);
        }
        sum = Interleave.UPPER_2.selectFrom(sum, sum).add(sum);
        return Interleave.UPPER_1.selectFrom(sum, sum).add(sum).lane(0);
    }

    private static float masked(long x, float max, long y, int count) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            long place = 4L * i;
            FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, ALL, x + place, ORDER, inside);
            var t = x0.sub(max);
            var n = t.fma(VectorMath.LOG2_E, VectorMath.BIASED_ROUNDER);
            var whole = n.sub(VectorMath.BIASED_ROUNDER);
            var t2 = whole.fma(VectorMath.MINUS_LN2_HIGH, t);
            var r = whole.fma(VectorMath.MINUS_LN2_LOW, t2);
            var t3 = Polynomials.EXP_6.fma(r, Polynomials.EXP_5);
            var t4 = t3.fma(r, Polynomials.EXP_4);
            var t5 = t4.fma(r, Polynomials.EXP_3);
            var tail = t5.fma(r, Polynomials.EXP_2);
            var t6 = r.mul(r);
            var t7 = t6.fma(tail, r);
            var p = t7.add(VectorMath.ONE);
            var t8 = n.reinterpretAsInts();
            var t9 = t8.lanewise(VectorOperators.LSHL, 23);
            var scale = t9.reinterpretAsFloats();
            var t10 = p.mul(scale);
            var t11 = t.compare(VectorOperators.LT, VectorMath.EXP_SMALLEST);
            var e = t10.blend(VectorMath.ZERO, t11);
            e.intoMemorySegment(ALL, y + place, ORDER, inside);
            sum = VectorMath.ZERO.blend(e, inside).add(sum);
        }
        if (COUNT > 16) {
            return Lanes.sum(sum);
        }
        if (COUNT >= 16) {
            sum = Interleave.UPPER_8.selectFrom(sum, sum).add(sum);
        }
        if (COUNT >= 8) {
            sum = Interleave.UPPER_4.selectFrom(sum, sum).add(sum);
        }
        sum = Interleave.UPPER_2.selectFrom(sum, sum).add(sum);
        return Interleave.UPPER_1.selectFrom(sum, sum).add(sum).lane(0);
    }
}
