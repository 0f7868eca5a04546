package dev.rankine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.Compilation;
import dev.rankine.tensor.Lent;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step that comes again: what the device must be told, what crosses the bus, what is compiled. */
@EnabledIfSystemProperty(named = "rankine.devices", matches = "true")
class RecordedStepTest {
    private static final int STEPS = 4;
    private static final int FLOATS = 4;

    static Stream<TornadoBackend> devices() {
        return Backends.all().stream()
                .filter(candidate -> candidate.name().startsWith("tornado:"))
                .filter(candidate -> Lent.isExact(candidate.provider()))
                .map(candidate ->
                        (TornadoBackend) Lent.from(candidate.provider(), 1).backend());
    }

    /** y = f(batch) weight^T, weight += rate y^T batch: a leaf for one step, a weight for all, a number that changes. */
    private static final class Step {
        private final ScopePool pool;
        private final Backend backend;
        private final Tensor weight;
        private final Tensor rate;
        private double last;

        Step(Backend backend, int columns) {
            this.backend = backend;
            pool = new ScopePool(backend);
            weight = Tensor.of(backend, Shape.of(3, columns), new float[3 * columns]);
            rate = Tensor.of(backend, Shape.of(1), 0);
        }

        void run(int number, boolean looks) {
            rate.write(new double[] {0.5 + number});
            Tensor batch = Tensor.of(backend, Shape.of(2, weight.shape().dim(1)), values(number));
            try (Scope scope = pool.open()) {
                Tensor y = batch.map(Unary.TANH).matmul(weight.transpose(0, 1)).affine(1, 1);
                Tensor change = y.transpose(0, 1).matmul(batch).times(rate);
                backend.copy(weight.plus(change), weight.forWriting("copy"));
                if (looks) {
                    last = y.slice(0, 0, 1).slice(1, 0, 1).item();
                }
            }
        }

        private float[] values(int number) {
            float[] values = new float[2 * weight.shape().dim(1)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (i + number) % 5 - 2;
            }
            return values;
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void aWarmStepTellsTheDeviceNothingAndSendsItTheBatch(TornadoBackend device) {
        Step step = new Step(device, 7);
        for (int number = 0; number < STEPS; number++) {
            step.run(number, false);
        }
        Traffic before = device.traffic();
        List<Compilation> compiled = new ArrayList<>();
        device.onCompilation(compiled::add);
        step.run(STEPS, false);
        Traffic warm = device.traffic().since(before);
        assertThat(warm.told()).isZero();
        assertThat(warm.kernels()).isZero();
        assertThat(warm.compileSeconds()).isZero();
        assertThat(compiled).isEmpty();
        assertThat(warm.bytesDown()).isZero();
        assertThat(warm.bytesUp()).isEqualTo(FLOATS * (2L * 7 + 1));
        assertThat(warm.launches()).isGreaterThan(5);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void everyStepSeesTheNewestNumbers(TornadoBackend device) {
        Step onDevice = new Step(device, 5);
        Step expected = new Step(new ReferenceBackend(), 5);
        for (int number = 0; number < 2 * STEPS; number++) {
            onDevice.run(number, number % 3 == 2);
            expected.run(number, number % 3 == 2);
            assertThat(onDevice.last).isEqualTo(expected.last, within(1e-3 * Math.abs(expected.last) + 1e-5));
        }
        float[] weight = onDevice.weight.toFloats();
        float[] exact = expected.weight.toFloats();
        for (int i = 0; i < weight.length; i++) {
            assertThat(weight[i]).isCloseTo(exact[i], withPercentage(0.01));
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void compilingIsToldOf(TornadoBackend shared) {
        Device device = Device.all().getFirst();
        assertThat(shared.name()).isEqualTo(device.name());
        List<Compilation> compiled = new ArrayList<>();
        try (TornadoBackend fresh = new TornadoBackend(device, new Memory(1 << 16, 1 << 10), null, plan -> null)) {
            fresh.onCompilation(compiled::add);
            Tensor x = Tensor.of(fresh, Shape.of(3), 1, 2, 3);
            x.map(Unary.TANH).plus(x).toFloats();
            assertThat(compiled).hasSizeGreaterThan(2).last().isEqualTo(fresh.compilation());
            assertThat(compiled).extracting(Compilation::kernels).isSorted().doesNotHaveDuplicates();
            assertThat(fresh.compilation().seconds()).isPositive();
        }
    }

    /** Where the device has graphs a known step is one start between two transfers; the numbers are the same bits. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void aKnownStepIsAFewStarts(TornadoBackend singly) {
        HostGraphs graphs = new HostGraphs();
        Memory memory = new Memory(1 << 20, 1 << 16);
        try (TornadoBackend together = new TornadoBackend(Device.all().getFirst(), memory, null, plan -> graphs)) {
            Step step = new Step(together, 5);
            Step expected = new Step(singly, 5);
            Traffic warm = together.traffic();
            for (int number = 0; number < 3 * STEPS; number++) {
                warm = together.traffic();
                step.run(number, number % 3 == 2);
                warm = together.traffic().since(warm);
                expected.run(number, number % 3 == 2);
                assertThat(step.last).isEqualTo(expected.last);
                assertThat(step.weight.toFloats()).isEqualTo(expected.weight.toFloats());
            }
            assertThat(graphs.started()).isGreaterThan(STEPS);
            assertThat(warm.starts()).as("of %s", warm).isLessThan(warm.launches());
        }
        assertThat(graphs.alive()).isZero();
    }

    /** Another shape is another step to the device, and nothing new to compile. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void anotherShapeCompilesNothing(TornadoBackend device) {
        Step narrow = new Step(device, 6);
        narrow.run(0, true);
        int kernels = device.traffic().kernels();
        Step wide = new Step(device, 900);
        wide.run(0, true);
        narrow.run(1, true);
        wide.run(1, true);
        assertThat(device.traffic().kernels() - kernels)
                .as("the larger stage and the larger sums may be met for the first time, no shape is")
                .isLessThanOrEqualTo(3);
        kernels = device.traffic().kernels();
        new Step(device, 901).run(0, true);
        assertThat(device.traffic().kernels()).isEqualTo(kernels);
    }
}
