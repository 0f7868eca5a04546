package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Layout;
import dev.rankine.tensor.Samples;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Kept panels change no bit, never outlive what they were made of, and stay within their bytes. */
class PackedWeightsPropertyTest {
    private static final long PLENTY = 1 << 24;

    /** Products with one weight, between which anything may happen to it. */
    private static final class Products implements AutoCloseable {
        private final VectorBackend backend;
        private final Samples samples;

        Products(int threads, long bytes, long seed) {
            backend = new VectorBackend(threads, () -> bytes);
            samples = new Samples(backend, seed);
        }

        Tensor of(Layout layout, int... lengths) {
            return samples.of(DType.F32, Shape.of(lengths), layout);
        }

        Tensor numbers(int... lengths) {
            return of(Layout.ROW_MAJOR, lengths);
        }

        float[] with(Tensor weight, int rows, boolean adapted) {
            Tensor x = numbers(rows, weight.shape().dim(1));
            int outputs = weight.shape().dim(0);
            Tensor out = Tensor.zeros(backend, DType.F32, Shape.of(rows, outputs));
            Backend.LowRankTerm change =
                    adapted ? new Backend.LowRankTerm(numbers(rows, 5), numbers(outputs, 5)) : null;
            backend.linear(x, weight, adapted ? numbers(outputs) : null, change, out);
            return out.toFloats();
        }

        @Override
        public void close() {
            backend.close();
        }
    }

    /** What happens to a weight between two products with it. */
    private enum Event {
        NOTHING,
        WRITTEN_BY_AN_OPERATION,
        WRITTEN_BY_THE_HOST,
        REPLACED
    }

    @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
    void noBitShowsWhetherPanelsAreKept(
            @ForAll("rows") int rows,
            @ForAll @IntRange(min = 1, max = 90) int inputs,
            @ForAll @IntRange(min = 1, max = 90) int outputs,
            @ForAll("layouts") Layout layout,
            @ForAll boolean adapted,
            @ForAll List<Event> events,
            @ForAll long seed) {
        List<float[]> packed = run(0, 1, rows, inputs, outputs, layout, adapted, events, seed);
        for (int threads : new int[] {1, 3}) {
            List<float[]> kept = run(PLENTY, threads, rows, inputs, outputs, layout, adapted, events, seed);
            assertThat(kept).containsExactlyElementsOf(packed);
        }
    }

    private static List<float[]> run(
            long bytes,
            int threads,
            int rows,
            int inputs,
            int outputs,
            Layout layout,
            boolean adapted,
            List<Event> events,
            long seed) {
        List<float[]> results = new ArrayList<>();
        try (Products products = new Products(threads, bytes, seed)) {
            Tensor weight = products.of(layout, outputs, inputs);
            for (Event event : events) {
                switch (event) {
                    case NOTHING -> {}
                    case WRITTEN_BY_AN_OPERATION -> products.backend.affine(weight, 0.5, 1, weight);
                    case WRITTEN_BY_THE_HOST ->
                        weight.storage().hostForWriting().setAtIndex(ValueLayout.JAVA_FLOAT, weight.offset(), 7);
                    case REPLACED -> weight = products.of(layout, outputs, inputs);
                }
                for (int i = 0; i < 3; i++) {
                    results.add(products.with(weight, rows, adapted));
                }
            }
        }
        return results;
    }

    @Provide
    Arbitrary<Layout> layouts() {
        return Arbitraries.of(Layout.ROW_MAJOR, Layout.TRANSPOSED, Layout.INSET);
    }

    @Provide
    Arbitrary<Integer> rows() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(1, 40),
                Arbitraries.of(PackedWeights.MAX_ROWS, PackedWeights.MAX_ROWS + 1));
    }

    private static Products plenty() {
        return new Products(2, PLENTY, 1);
    }

    private static long kept(Products products) {
        return products.backend.packedBytes();
    }

    @Test
    void panelsAreKeptFromTheSecondProductOn() {
        try (Products products = plenty()) {
            Tensor weight = products.numbers(64, 48);
            products.with(weight, 30, true);
            assertThat(kept(products)).isZero();
            products.with(weight, 30, true);
            assertThat(kept(products)).isEqualTo(4L * 64 * 48);
            products.with(weight, 31, false);
            assertThat(kept(products)).isEqualTo(4L * 64 * 48);
        }
    }

    @Test
    void narrowWeightsAreNotKeptWidened() {
        try (Products products = plenty()) {
            for (DType narrow : new DType[] {DType.F16, DType.BF16}) {
                Tensor weight = products.numbers(64, 48).clone(narrow);
                products.with(weight, 30, true);
                products.with(weight, 30, true);
                assertThat(kept(products)).as("%s", narrow).isZero();
            }
        }
    }

    @Test
    void whatChangesBetweenProductsIsNeverKept() {
        try (Products products = plenty()) {
            Tensor weight = products.numbers(64, 48);
            for (int i = 0; i < 4; i++) {
                products.with(weight, 30, false);
                assertThat(kept(products)).isZero();
                products.backend.affine(weight, 2, 0, weight);
            }
            products.with(weight, 30, false);
            products.with(weight, 30, false);
            assertThat(kept(products)).isZero();
        }
    }

    @Test
    void aWriteGivesThePanelsBack() {
        try (Products products = plenty()) {
            Tensor weight = products.numbers(64, 48);
            products.with(weight, 30, false);
            products.with(weight, 30, false);
            assertThat(kept(products)).isPositive();
            products.backend.fill(weight, 1);
            products.with(weight, 30, false);
            assertThat(kept(products)).isZero();
        }
    }

    @Test
    void manyRowsAndTemporariesKeepNothing() {
        try (Products products = plenty()) {
            Tensor weight = products.numbers(64, 48);
            products.with(weight, PackedWeights.MAX_ROWS + 1, false);
            products.with(weight, PackedWeights.MAX_ROWS + 1, false);
            try (Scope scope = Scope.open(products.backend)) {
                Tensor temporary = weight.affine(2, 0);
                products.with(temporary, 30, false);
                products.with(temporary, 30, false);
                assertThat(scope.leases()).isPositive();
            }
            assertThat(kept(products)).isZero();
        }
    }

    @Test
    void theBytesAreAnUpperBound() {
        long one = 4L * 64 * 48;
        try (Products products = new Products(1, 2 * one, 1)) {
            List<Tensor> weights = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                weights.add(products.numbers(64, 48));
            }
            for (int i = 0; i < 3; i++) {
                weights.forEach(weight -> products.with(weight, 30, false));
            }
            assertThat(kept(products)).isEqualTo(2 * one);
        }
        try (Products products = new Products(1, 0, 1)) {
            Tensor weight = products.numbers(64, 48);
            products.with(weight, 30, false);
            products.with(weight, 30, false);
            assertThat(kept(products)).isZero();
        }
    }

    @Test
    void panelsGoWithTheirWeight() throws InterruptedException {
        try (Products products = plenty()) {
            useTwice(products);
            assertThat(kept(products)).isPositive();
            for (int i = 0; i < 100 && kept(products) > 0; i++) {
                System.gc();
                Thread.sleep(10);
            }
            assertThat(kept(products)).isZero();
        }
    }

    private static void useTwice(Products products) {
        Tensor weight = products.numbers(64, 48);
        products.with(weight, 30, false);
        products.with(weight, 30, false);
    }

    @Test
    void severalCallersShareOneSetOfPanels() throws Exception {
        try (Products products = plenty();
                ExecutorService callers = Executors.newFixedThreadPool(3)) {
            Tensor weight = products.numbers(64, 48);
            Tensor x = products.numbers(30, 48);
            Callable<float[]> product = () -> {
                Tensor out = Tensor.zeros(products.backend, DType.F32, Shape.of(30, 64));
                products.backend.linear(x, weight, null, null, out);
                return out.toFloats();
            };
            float[] expected = product.call();
            for (Future<float[]> result : callers.invokeAll(Collections.nCopies(30, product))) {
                assertThat(result.get()).isEqualTo(expected);
            }
            assertThat(kept(products)).isEqualTo(4L * 64 * 48);
        }
    }
}
