package dev.rankine.lora.inspect;

import dev.rankine.lora.PlainFactors;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.Svd;
import java.util.Arrays;
import java.util.List;

/**
 * A low-rank change of a weight matrix, scale and gates folded in.
 *
 * @param outputs O
 * @param inputs I
 * @param rank of the factors; the change may have less
 * @param norm Frobenius norm of the change
 * @param singularValues of the change, falling
 */
public record LowRankModule(String path, int outputs, int inputs, int rank, double norm, List<Double> singularValues) {
    public LowRankModule {
        singularValues = List.copyOf(singularValues);
    }

    static LowRankModule of(PlainFactors change) {
        double[] values =
                Svd.ofProduct(Matrix.of(change.b()), Matrix.of(change.a())).values();
        return new LowRankModule(
                change.path(),
                change.outputs(),
                change.inputs(),
                change.rank(),
                Math.sqrt(Arrays.stream(values).map(value -> value * value).sum()),
                Arrays.stream(values).boxed().toList());
    }

    /** Numbers in the two factors. */
    public long numbers() {
        return rank * (inputs + (long) outputs);
    }
}
