package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.List;

/**
 * Runs one computation on the reference and on every back-end that is ready on this machine, from the same numbers, and
 * compares. Every back-end runs with one thread and with three, and both must give the same bits.
 */
final class Parity {
    /** The largest difference |a - b| / max(1, |b|) between F32 results. */
    static final double F32 = 1e-5;
    /** For operations that compute nothing. */
    static final double EQUAL = 0;

    private static final int FEW = 3;

    private final double tolerance;

    private Parity(double tolerance) {
        this.tolerance = tolerance;
    }

    static Parity within(double tolerance) {
        return new Parity(tolerance);
    }

    /** Makes its operands from samples, and gives the results that count. */
    interface Computation {
        List<Tensor> on(Samples samples);
    }

    /** Compares with the reference. */
    void check(long seed, Computation computation) {
        List<Tensor> expected = computation.on(new Samples(new ReferenceBackend(), seed));
        for (BackendProvider provider : ready()) {
            try (Lent one = Lent.from(provider, 1);
                    Lent few = Lent.from(provider, FEW)) {
                List<Tensor> results = computation.on(new Samples(one.backend(), seed));
                compare(provider.name() + " against reference", results, expected, tolerance);
                List<Tensor> threaded = computation.on(new Samples(few.backend(), seed));
                compare(provider.name() + " with 3 threads against 1", threaded, results, EQUAL);
            }
        }
    }

    /** Compares what a back-end overrides with the default bodies run on its own primitives. */
    void checkDefaults(long seed, Computation computation) {
        for (BackendProvider provider : ready()) {
            try (Lent lent = Lent.from(provider, FEW)) {
                List<Tensor> defaults = computation.on(new Samples(new DelegatingBackend(lent.backend()), seed));
                List<Tensor> overrides = computation.on(new Samples(lent.backend(), seed));
                compare(provider.name() + " against its default bodies", overrides, defaults, tolerance);
            }
        }
    }

    /** Devices have a run of their own, in a JVM with TornadoVM, which sets this property. */
    private static final boolean DEVICES = Boolean.getBoolean("rankine.devices");

    private static List<BackendProvider> ready() {
        return Backends.all().stream()
                .filter(candidate -> candidate.probe() instanceof Probe.Ready)
                .filter(candidate -> Lent.isDevice(candidate.provider()) == DEVICES)
                .filter(candidate -> Lent.isExact(candidate.provider()))
                .map(Backends.Candidate::provider)
                .toList();
    }

    static void compare(String what, List<Tensor> results, List<Tensor> expected, double tolerance) {
        assertThat(results).hasSameSizeAs(expected);
        for (int r = 0; r < results.size(); r++) {
            double[] a = results.get(r).toDoubles();
            double[] b = expected.get(r).toDoubles();
            assertThat(results.get(r).shape()).isEqualTo(expected.get(r).shape());
            for (int i = 0; i < a.length; i++) {
                if (!close(a[i], b[i], tolerance)) {
                    throw new AssertionError(what + ": result " + r + " " + results.get(r) + ", element " + i + " is "
                            + a[i] + ", expected " + b[i]);
                }
            }
        }
    }

    private static boolean close(double a, double b, double tolerance) {
        if (Double.isNaN(b) || Double.isInfinite(b)) {
            return Double.compare(a, b) == 0;
        }
        return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
    }
}
