package dev.rankine.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.autograd.op.Linear;
import dev.rankine.autograd.op.LowRankLinear;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Probe;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A product with a weight of a narrow type is the product with its numbers in F32, and so are its gradients. */
class StoredWeightTest {
    private static final Map<String, Backend> BACKENDS = Backends.all().stream()
            .filter(candidate -> candidate.probe() instanceof Probe.Ready)
            .map(candidate -> candidate.provider().create(2))
            .collect(Collectors.toMap(Backend::name, backend -> backend));

    static Stream<Arguments> cases() {
        // the second is larger than what is widened at once, and its last part is smaller than the others
        List<Shape> weights = List.of(Shape.of(5, 3), Shape.of(9, 1 << 20));
        return BACKENDS.keySet().stream()
                .flatMap(backend -> Stream.of(DType.F16, DType.BF16)
                        .flatMap(type -> weights.stream()
                                .filter(shape -> shape.size() < 1000 || backend.equals("vector"))
                                .map(shape -> Arguments.of(backend, type, shape))));
    }

    private static Tensor numbers(Backend backend, long stream, Shape shape) {
        double[] values = new double[Math.toIntExact(shape.size())];
        Arrays.parallelSetAll(values, i -> 0.01 * Philox.normal(3, stream, 0, 0, i));
        return Tensor.of(backend, DType.F32, shape, values);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aNarrowWeightIsItsNumbersInF32(String name, DType type, Shape shape) {
        Backend backend = BACKENDS.get(name);
        int outputs = shape.dim(0);
        int inputs = shape.dim(1);
        Tensor narrow = Tensor.zeros(backend, type, shape);
        backend.copy(numbers(backend, 1, shape), narrow);
        Tensor bias = numbers(backend, 2, Shape.of(outputs));
        Tensor a = numbers(backend, 3, Shape.of(2, inputs));
        Tensor b = numbers(backend, 4, Shape.of(outputs, 2));
        Tensor dY = numbers(backend, 5, Shape.of(3, outputs));
        double[][] ofNarrow = results(backend, narrow, bias, a, b, dY);
        double[][] ofWide = results(backend, narrow.clone(DType.F32), bias, a, b, dY);
        for (int i = 0; i < ofWide.length; i++) {
            double largest = 0;
            double difference = 0;
            for (int j = 0; j < ofWide[i].length; j++) {
                largest = Math.max(largest, Math.abs(ofWide[i][j]));
                difference = Math.max(difference, Math.abs(ofWide[i][j] - ofNarrow[i][j]));
            }
            assertThat(difference).as("result %d", i).isLessThanOrEqualTo(1e-5 * largest);
        }
    }

    private static double[][] results(Backend backend, Tensor weight, Tensor bias, Tensor a, Tensor b, Tensor dY) {
        Variable x = Variable.parameter(
                numbers(backend, 6, Shape.of(3, weight.shape().dim(1))));
        Variable plain = Linear.linear(x, Variable.constant(weight), Variable.constant(bias));
        plain.backward(dY);
        double[] ofPlain = x.gradient().toDoubles();
        x.clearGradient();
        Variable left = Variable.parameter(a);
        Variable right = Variable.parameter(b);
        var change = new LowRankLinear.Change(left, right, null);
        Variable adapted =
                LowRankLinear.lowRankLinear(x, Variable.constant(weight), Variable.constant(bias), change, 2, null);
        adapted.backward(dY);
        return new double[][] {
            plain.data().toDoubles(),
            ofPlain,
            adapted.data().toDoubles(),
            x.gradient().toDoubles(),
            left.gradient().toDoubles(),
            right.gradient().toDoubles()
        };
    }
}
