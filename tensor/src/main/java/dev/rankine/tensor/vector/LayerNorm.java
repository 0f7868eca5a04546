package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Layer norm of a contiguous row and its gradients; the variance is taken about the mean, in a pass of its own. */
final class LayerNorm {
    private LayerNorm() {}

    /** y = (x - mean) rstd gamma + beta; mean and rstd are stored at their addresses. */
    static void row(long x, long gamma, long beta, double epsilon, long y, long meanAt, long rstdAt, int count) {
        float mean = Rows.sum(x, count) / count;
        float rstd = (float) (1 / Math.sqrt((double) squares(x, mean, count) / count + epsilon));
        Lanes.set(meanAt, mean);
        Lanes.set(rstdAt, rstd);
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector n = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER)
                    .sub(mean)
                    .mul(rstd);
            n.fma(
                            FloatVector.fromMemorySegment(SPECIES, ALL, gamma + 4L * i, ORDER),
                            FloatVector.fromMemorySegment(SPECIES, ALL, beta + 4L * i, ORDER))
                    .intoMemorySegment(ALL, y + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector n = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest)
                    .sub(mean)
                    .mul(rstd);
            n.fma(
                            FloatVector.fromMemorySegment(SPECIES, ALL, gamma + 4L * i, ORDER, rest),
                            FloatVector.fromMemorySegment(SPECIES, ALL, beta + 4L * i, ORDER, rest))
                    .intoMemorySegment(ALL, y + 4L * i, ORDER, rest);
        }
    }

    private static float squares(long x, float mean, int count) {
        FloatVector squares = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector centred = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER)
                    .sub(mean);
            squares = centred.fma(centred, squares);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector centred = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest)
                    .sub(mean, rest);
            squares = centred.fma(centred, squares);
        }
        return Lanes.sum(squares);
    }

    /** With n = (x - mean) rstd and g = dY gamma: dX = rstd (g - mean(g) - n mean(g n)); dX may be x or dY. */
    static void backwardRow(long x, long gamma, float mean, float rstd, long dY, long dX, int count) {
        FloatVector sumG = FloatVector.zero(SPECIES);
        FloatVector sumGn = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER)
                    .mul(FloatVector.fromMemorySegment(SPECIES, ALL, gamma + 4L * i, ORDER));
            sumG = g.add(sumG);
            sumGn = g.fma(
                    FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER)
                            .sub(mean)
                            .mul(rstd),
                    sumGn);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER, rest)
                    .mul(FloatVector.fromMemorySegment(SPECIES, ALL, gamma + 4L * i, ORDER, rest));
            sumG = g.add(sumG);
            sumGn = g.fma(
                    FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest)
                            .sub(mean)
                            .mul(rstd),
                    sumGn);
        }
        centre(x, gamma, mean, rstd, Lanes.sum(sumG) / count, Lanes.sum(sumGn) / count, dY, dX, count);
    }

    /** The second pass: with both in one method C1 runs out of registers. */
    private static void centre(
            long x, long gamma, float mean, float rstd, float meanG, float meanGn, long dY, long dX, int count) {
        FloatVector minusMeanGn = FloatVector.broadcast(SPECIES, -meanGn);
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER)
                    .mul(FloatVector.fromMemorySegment(SPECIES, ALL, gamma + 4L * i, ORDER));
            FloatVector n = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER)
                    .sub(mean)
                    .mul(rstd);
            n.fma(minusMeanGn, g.sub(meanG)).mul(rstd).intoMemorySegment(ALL, dX + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER, rest)
                    .mul(FloatVector.fromMemorySegment(SPECIES, ALL, gamma + 4L * i, ORDER, rest));
            FloatVector n = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest)
                    .sub(mean)
                    .mul(rstd);
            n.fma(minusMeanGn, g.sub(meanG)).mul(rstd).intoMemorySegment(ALL, dX + 4L * i, ORDER, rest);
        }
    }

    /**
     * dGamma[j] += sum_i dY[i, j] n[i, j] and dBeta[j] += sum_i dY[i, j] over a run of rows, {@code step} bytes apart;
     * mean and rstd have one number for each row.
     */
    static void parameters(
            long x, long dY, long step, long mean, long rstd, int rows, long dGamma, long dBeta, int columns) {
        for (int j = 0; j < columns; j += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(j, columns);
            FloatVector gamma = FloatVector.zero(SPECIES);
            FloatVector beta = FloatVector.zero(SPECIES);
            for (int i = 0; i < rows; i++) {
                FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, dY + i * step + 4L * j, ORDER, inside);
                float centre = Lanes.get(mean + 4L * i);
                FloatVector n = FloatVector.fromMemorySegment(SPECIES, ALL, x + i * step + 4L * j, ORDER, inside)
                        .sub(centre)
                        .mul(Lanes.get(rstd + 4L * i));
                gamma = g.fma(n, gamma);
                beta = g.add(beta);
            }
            FloatVector.fromMemorySegment(SPECIES, ALL, dGamma + 4L * j, ORDER, inside)
                    .add(gamma)
                    .intoMemorySegment(ALL, dGamma + 4L * j, ORDER, inside);
            FloatVector.fromMemorySegment(SPECIES, ALL, dBeta + 4L * j, ORDER, inside)
                    .add(beta)
                    .intoMemorySegment(ALL, dBeta + 4L * j, ORDER, inside);
        }
    }
}
