package dev.rankine.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Results come from memory that held other numbers before: every operation must write all of its result. */
class DirtyMemoryTest {
    private static final int BLOCKS = 48;
    private static final int LARGEST = 512;

    static Stream<Arguments> cases() {
        return SpecCase.READY.stream()
                .flatMap(backend -> SpecCase.all().map(sample -> Arguments.of(backend.name(), sample, backend)));
    }

    @ParameterizedTest(name = "{0} {1}", autoCloseArguments = false)
    @MethodSource("cases")
    void valuesAndGradientsDoNotDependOnWhatTheMemoryHeld(String name, SpecCase sample, Backend backend) {
        List<double[]> expected = valueAndGradients(sample, backend);
        ScopePool memory = poisoned(backend);
        int blocks = memory.allocations();
        try (Scope scope = memory.open()) {
            assertThat(scope.leases()).isZero();
            List<double[]> got = valueAndGradients(sample, backend);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(got.get(i)).as(i == 0 ? "value" : "a gradient").isEqualTo(expected.get(i));
            }
        }
        assertThat(memory.allocations()).as("all memory was dirty").isEqualTo(blocks);
    }

    /** A pool whose every block is full of NaN. */
    private static ScopePool poisoned(Backend backend) {
        ScopePool memory = new ScopePool(backend);
        try (Scope scope = memory.open()) {
            for (int size = 64; size <= LARGEST; size += 16) {
                for (int i = 0; i < BLOCKS; i++) {
                    backend.fill(Tensor.result("poison", backend, DType.F32, Shape.of(size)), Double.NaN);
                }
            }
            assertThat(scope.leases()).isGreaterThanOrEqualTo(BLOCKS);
        }
        return memory;
    }

    private static List<double[]> valueAndGradients(SpecCase sample, Backend backend) {
        Variable[] inputs = Arrays.stream(sample.points(backend, DType.F32, 9))
                .map(Variable::parameter)
                .toArray(Variable[]::new);
        Variable y = sample.spec().function().apply(inputs);
        List<double[]> results = new ArrayList<>();
        results.add(y.data().toDoubles());
        y.backward(SpecCase.cotangent(y.data(), 10));
        for (Variable input : inputs) {
            Tensor gradient = input.gradient();
            assertThat(gradient).isNotNull();
            results.add(gradient.toDoubles());
        }
        return results;
    }
}
