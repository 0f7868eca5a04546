package dev.rankine.transformer;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Probe;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.List;
import java.util.stream.Stream;

/**
 * What models are tested on: a back-end, a type, and how far two ways to the same number may lie apart there, relative
 * to numbers above 1.
 */
public record Machine(Backend backend, DType dtype, double tolerance) {
    public static final Machine EXACT = new Machine(new ReferenceBackend(), DType.F64, 1e-11);

    private static final List<Machine> ALL = Stream.concat(
                    Stream.of(EXACT),
                    Backends.all().stream()
                            .filter(candidate -> candidate.probe() instanceof Probe.Ready)
                            .map(candidate -> candidate.provider().create(2))
                            .map(backend -> new Machine(backend, DType.F32, 2e-5)))
            .toList();

    /** The reference in F64, then every back-end that can run here in F32. */
    public static List<Machine> all() {
        return ALL;
    }

    @Override
    public String toString() {
        return backend.name() + " " + dtype;
    }
}
