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
        FloatVector squares = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector centred = load(x, i, inside).sub(mean, inside);
            squares = centred.fma(centred, squares);
        }
        float rstd = (float) (1 / Math.sqrt((double) Lanes.sum(squares) / count + epsilon));
        Lanes.set(meanAt, mean);
        Lanes.set(rstdAt, rstd);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            load(x, i, inside)
                    .sub(mean)
                    .mul(rstd)
                    .fma(load(gamma, i, inside), load(beta, i, inside))
                    .intoMemorySegment(ALL, y + 4L * i, ORDER, inside);
        }
    }

    /** With n = (x - mean) rstd and g = dY gamma: dX = rstd (g - mean(g) - n mean(g n)); dX may be x or dY. */
    static void backwardRow(long x, long gamma, float mean, float rstd, long dY, long dX, int count) {
        FloatVector sumG = FloatVector.zero(SPECIES);
        FloatVector sumGn = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector g = load(dY, i, inside).mul(load(gamma, i, inside));
            FloatVector n = load(x, i, inside).sub(mean).mul(rstd);
            sumG = sumG.add(g);
            sumGn = g.fma(n, sumGn);
        }
        float meanG = Lanes.sum(sumG) / count;
        float meanGn = Lanes.sum(sumGn) / count;
        FloatVector minusMeanGn = FloatVector.broadcast(SPECIES, -meanGn);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector g = load(dY, i, inside).mul(load(gamma, i, inside));
            FloatVector n = load(x, i, inside).sub(mean).mul(rstd);
            n.fma(minusMeanGn, g.sub(meanG)).mul(rstd).intoMemorySegment(ALL, dX + 4L * i, ORDER, inside);
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
                FloatVector g = load(dY + i * step, j, inside);
                FloatVector n = load(x + i * step, j, inside)
                        .sub(Lanes.get(mean + 4L * i))
                        .mul(Lanes.get(rstd + 4L * i));
                gamma = g.fma(n, gamma);
                beta = beta.add(g);
            }
            load(dGamma, j, inside).add(gamma).intoMemorySegment(ALL, dGamma + 4L * j, ORDER, inside);
            load(dBeta, j, inside).add(beta).intoMemorySegment(ALL, dBeta + 4L * j, ORDER, inside);
        }
    }

    private static FloatVector load(long address, int i, VectorMask<Float> inside) {
        return FloatVector.fromMemorySegment(SPECIES, ALL, address + 4L * i, ORDER, inside);
    }
}
