package dev.rankine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Layout;
import dev.rankine.tensor.Lent;
import dev.rankine.tensor.Samples;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Products of matrices so large that the parity of all back-ends does not reach them: the largest tiles, at odd sizes. */
@EnabledIfSystemProperty(named = "rankine.devices", matches = "true")
class WideProductTest {
    private static void check(Function<Samples, Tensor> product) {
        float[] expected = product.apply(new Samples(new ReferenceBackend(), 7)).toFloats();
        Backends.all().stream()
                .filter(candidate -> candidate.name().startsWith("tornado:"))
                .filter(candidate -> Lent.isExact(candidate.provider()))
                .forEach(candidate -> {
                    Backend device = Lent.from(candidate.provider(), 1).backend();
                    float[] result = product.apply(new Samples(device, 7)).toFloats();
                    assertThat(result).hasSameSizeAs(expected);
                    for (int i = 0; i < result.length; i++) {
                        double most = 1e-4 * Math.max(1, Math.abs(expected[i]));
                        if (!(Math.abs(result[i] - expected[i]) <= most)) {
                            throw new AssertionError("element " + i + " is " + result[i] + " and not " + expected[i]);
                        }
                    }
                });
    }

    @Test
    void aBatchWithATransposedOperandIsAdded() {
        check(samples -> {
            Tensor a = samples.of(DType.F32, Shape.of(2, 1031, 37), Layout.ROW_MAJOR);
            Tensor b = samples.of(DType.F32, Shape.of(2, 1027, 37), Layout.ROW_MAJOR);
            Tensor out = samples.of(DType.F32, Shape.of(2, 1031, 1027), Layout.ROW_MAJOR);
            samples.backend().matmul(a, b.transpose(1, 2), out, true);
            return out;
        });
    }

    @Test
    void aBiasAndALowRankTermAreAdded() {
        check(samples -> {
            Tensor x = samples.of(DType.F32, Shape.of(2111, 45), Layout.ROW_MAJOR);
            Tensor weight = samples.of(DType.F32, Shape.of(1003, 45), Layout.ROW_MAJOR);
            Tensor bias = samples.of(DType.F32, Shape.of(1003), Layout.ROW_MAJOR);
            Tensor h = samples.of(DType.F32, Shape.of(2111, 9), Layout.ROW_MAJOR);
            Tensor b = samples.of(DType.F32, Shape.of(1003, 9), Layout.ROW_MAJOR);
            Tensor out = samples.room(DType.F32, Shape.of(2111, 1003));
            samples.backend().linear(x, weight, bias, new Backend.LowRankTerm(h, b), out);
            return out;
        });
    }
}
