package dev.rankine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import dev.rankine.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;

/** Products by a library task between kernels, in one plan and on one heap. */
@EnabledIfSystemProperty(named = "rankine.devices", matches = "true")
class LibraryProductTest {
    private static final Memory MEMORY = new Memory(1 << 20, 1 << 16);

    private static Device openCl() {
        Device first = Device.all().getFirst();
        assumeThat(first.name()).startsWith("tornado:opencl");
        return first;
    }

    /** Kernel, product, kernel, product into what is there, in a scope that comes again with other numbers. */
    private static float[] steps(Backend backend) {
        ScopePool pool = new ScopePool(backend);
        Tensor weight = Tensor.of(backend, Shape.of(3, 5), values(15, 1));
        Tensor sum = Tensor.of(backend, Shape.of(4, 4), new float[16]);
        for (int step = 0; step < 3; step++) {
            Tensor batch = Tensor.of(backend, Shape.of(4, 5), values(20, step));
            try (Scope scope = pool.open()) {
                Tensor y = batch.map(Unary.TANH).matmul(weight.transpose(0, 1)).affine(2, 1);
                backend.matmul(y, y.transpose(0, 1), sum.forWriting("matmul"), true);
            }
        }
        return sum.toFloats();
    }

    private static float[] values(int count, int shift) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i * 7 + shift) % 11 / 10f - 0.5f;
        }
        return values;
    }

    @Test
    void aLibraryMultipliesBetweenKernels() {
        Device device = openCl();
        LibraryProduct library = new LibraryProduct(OpenClProducts.NAME, Precision.FP32);
        try (TornadoBackend backend = new TornadoBackend(device, MEMORY, library, plan -> null)) {
            float[] sums = steps(backend);
            float[] expected = steps(new ReferenceBackend());
            for (int i = 0; i < expected.length; i++) {
                assertThat(sums[i]).isEqualTo(expected[i], within(1e-5f));
            }
        }
    }

    @Test
    void aDeviceThatTheLibraryDoesNotKnowIsRefused() {
        LibraryProduct library = new LibraryProduct(CudaProducts.NAME, Precision.TF32);
        try (TornadoBackend backend = new TornadoBackend(openCl(), MEMORY, library, plan -> null)) {
            assertThatThrownBy(() -> steps(backend)).isInstanceOf(TornadoBailoutRuntimeException.class);
        }
    }

    /** Which also shows that products come to the library at all. */
    @Test
    void whyALibraryFailsIsSaid() {
        LibraryProduct library = new LibraryProduct(OpenClProducts.NAME, Precision.BF16);
        try (TornadoBackend backend = new TornadoBackend(openCl(), MEMORY, library, plan -> null)) {
            assertThatThrownBy(() -> steps(backend))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(OpenClProducts.NAME + ": BF16 is not what this library has");
        }
    }

    @Test
    void aPrecisionThatADeviceHasNotIsRefused() {
        String device = openCl().name();
        assertThatThrownBy(() -> Backends.choose(device + ":tf32", 1))
                .hasMessageContaining("there is no back-end '" + device + ":tf32': choose one of ");
        assertThatThrownBy(() -> Backends.choose("vector:bf16", 1)).hasMessageContaining("vector:bf16");
    }

    @Test
    void theNameOfADeviceSaysItsPrecision() {
        assertThat(Precision.FP32.of("tornado:cuda:0")).isEqualTo("tornado:cuda:0");
        assertThat(Precision.BF16.of("tornado:cuda:0")).isEqualTo("tornado:cuda:0:bf16");
    }
}
