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
            FloatVector n = Lanes.load(x + 4L * i).sub(mean).mul(rstd);
            n.fma(Lanes.load(gamma + 4L * i), Lanes.load(beta + 4L * i)).intoMemorySegment(ALL, y + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = Lanes.first(count - i);
            FloatVector n = load(x, i, rest).sub(mean).mul(rstd);
            n.fma(load(gamma, i, rest), load(beta, i, rest)).intoMemorySegment(ALL, y + 4L * i, ORDER, rest);
        }
    }

    private static float squares(long x, float mean, int count) {
        FloatVector squares = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector centred = Lanes.load(x + 4L * i).sub(mean);
            squares = centred.fma(centred, squares);
        }
        if (i < count) {
            VectorMask<Float> rest = Lanes.first(count - i);
            FloatVector centred = load(x, i, rest).sub(mean, rest);
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
            FloatVector g = Lanes.load(dY + 4L * i).mul(Lanes.load(gamma + 4L * i));
            sumG = sumG.add(g);
            sumGn = g.fma(Lanes.load(x + 4L * i).sub(mean).mul(rstd), sumGn);
        }
        VectorMask<Float> rest = Lanes.first(count - i);
        if (i < count) {
            FloatVector g = load(dY, i, rest).mul(load(gamma, i, rest));
            sumG = sumG.add(g);
            sumGn = g.fma(load(x, i, rest).sub(mean).mul(rstd), sumGn);
        }
        float meanG = Lanes.sum(sumG) / count;
        FloatVector minusMeanGn = FloatVector.broadcast(SPECIES, -Lanes.sum(sumGn) / count);
        for (i = 0; i + COUNT <= count; i += COUNT) {
            FloatVector g = Lanes.load(dY + 4L * i).mul(Lanes.load(gamma + 4L * i));
            FloatVector n = Lanes.load(x + 4L * i).sub(mean).mul(rstd);
            n.fma(minusMeanGn, g.sub(meanG)).mul(rstd).intoMemorySegment(ALL, dX + 4L * i, ORDER);
        }
        if (i < count) {
            FloatVector g = load(dY, i, rest).mul(load(gamma, i, rest));
            FloatVector n = load(x, i, rest).sub(mean).mul(rstd);
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
            VectorMask<Float> inside = Lanes.first(Math.min(COUNT, columns - j));
            FloatVector gamma = FloatVector.zero(SPECIES);
            FloatVector beta = FloatVector.zero(SPECIES);
            for (int i = 0; i < rows; i++) {
                FloatVector g = load(dY + i * step, j, inside);
                float centre = Lanes.get(mean + 4L * i);
                FloatVector n = load(x + i * step, j, inside).sub(centre).mul(Lanes.get(rstd + 4L * i));
                gamma = g.fma(n, gamma);
                beta = beta.add(g);
            }
            load(dGamma, j, inside).add(gamma).intoMemorySegment(ALL, dGamma + 4L * j, ORDER, inside);
            load(dBeta, j, inside).add(beta).intoMemorySegment(ALL, dBeta + 4L * j, ORDER, inside);
        }
    }

    private static FloatVector load(long from, int i, VectorMask<Float> inside) {
        return FloatVector.fromMemorySegment(SPECIES, ALL, from + 4L * i, ORDER, inside);
    }
}
