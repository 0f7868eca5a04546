package dev.rankine.autograd;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Probe;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** An operation's specification at one list of input shapes, and inputs drawn as the specification asks. */
record SpecCase(OpSpec spec, List<Shape> shapes) {
    static final Backend REFERENCE = new ReferenceBackend();

    /** Every back-end that can run here, with two threads. */
    static final List<Backend> READY = Backends.all().stream()
            .filter(candidate -> candidate.probe() instanceof Probe.Ready)
            .map(candidate -> candidate.provider().create(2))
            .toList();

    /** Inputs keep this distance from a kink: far more than the step of a central difference. */
    private static final double MARGIN = 0.1;

    /** Every sample of every operation. */
    static Stream<SpecCase> all() {
        return Operations.specs().stream()
                .flatMap(spec -> spec.samples().stream().map(shapes -> new SpecCase(spec, shapes)));
    }

    /**
     * Samples whose lengths are replaced by others up to {@code longest}, equal ones by equal ones, so that what must fit
     * still fits; all inputs together have at most {@code elements}.
     */
    static Arbitrary<SpecCase> relabelled(int longest, long elements) {
        Arbitrary<SpecCase> samples = Arbitraries.of(all().toList());
        Arbitrary<List<Integer>> lengths =
                Arbitraries.integers().between(1, longest).list().ofSize(4);
        return Combinators.combine(samples, lengths).as((sample, chosen) -> sample.relabel(chosen, elements));
    }

    private SpecCase relabel(List<Integer> lengths, long elements) {
        Map<Integer, Integer> labels = new LinkedHashMap<>(Map.of(0, 0, 1, 1));
        List<Shape> relabelled = shapes.stream()
                .map(shape -> Shape.of(Arrays.stream(shape.toArray())
                        .map(length -> labels.computeIfAbsent(length, key -> lengths.get(labels.size() % 4)))
                        .toArray()))
                .toList();
        return relabelled.stream().mapToLong(Shape::size).sum() <= elements
                ? new SpecCase(spec, relabelled)
                : relabel(lengths.stream().map(length -> (length + 1) / 2).toList(), elements);
    }

    /** The same tensors as numbers on any back-end and in any type: they are exact in F32. */
    Tensor[] points(Backend backend, DType dtype, long seed) {
        return IntStream.range(0, shapes.size())
                .mapToObj(input -> Tensor.of(backend, dtype, shapes.get(input), numbers(input, seed)))
                .toArray(Tensor[]::new);
    }

    private double[] numbers(int input, long seed) {
        double[] values = new double[Math.toIntExact(shapes.get(input).size())];
        for (int i = 0; i < values.length; i++) {
            long attempt = 0;
            do {
                double uniform = Philox.uniform(seed, input, attempt++, 0, i);
                values[i] = (float) (spec.low() + (spec.high() - spec.low()) * uniform);
            } while (isAtKink(values[i]));
        }
        return values;
    }

    private boolean isAtKink(double value) {
        return spec.kinks().stream().anyMatch(kink -> Math.abs(value - kink) < MARGIN);
    }

    /** Numbers in the shape of a result, to start a backward pass from; exact in F32. */
    static Tensor cotangent(Tensor like, long seed) {
        double[] values = new double[Math.toIntExact(like.shape().size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Philox.normal(seed, 99, 0, 0, i);
        }
        return Tensor.of(like.backend(), like.dtype(), like.shape(), values);
    }

    @Override
    public String toString() {
        return spec.name() + shapes;
    }
}
