package dev.rankine.tensor;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.domains.DomainContextBase;

/** What properties of tensors draw from: shapes with odd, empty and one-element axes, and every layout. */
public final class TensorDomain extends DomainContextBase {
    private static final int LARGEST = 6000;

    @Provide
    Arbitrary<Shape> shapes() {
        Arbitrary<Integer> outer = Arbitraries.frequencyOf(
                Tuple.of(12, Arbitraries.integers().between(2, 6)),
                Tuple.of(4, Arbitraries.just(1)),
                Tuple.of(1, Arbitraries.just(0)));
        // beyond two vectors of 16 floats, so that kernels meet their main loop and their tail
        Arbitrary<Integer> last = Arbitraries.frequencyOf(
                Tuple.of(10, Arbitraries.integers().between(2, 41)),
                Tuple.of(2, Arbitraries.just(1)),
                Tuple.of(1, Arbitraries.just(0)));
        Arbitrary<Shape> some = outer.list()
                .ofMaxSize(3)
                .flatMap(lengths -> last.map(length -> {
                    int[] all = new int[lengths.size() + 1];
                    for (int i = 0; i < lengths.size(); i++) {
                        all[i] = lengths.get(i);
                    }
                    all[lengths.size()] = length;
                    return Shape.of(all);
                }));
        return Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.just(Shape.of())), Tuple.of(15, some))
                .filter(shape -> shape.size() <= LARGEST)
                .withoutEdgeCases();
    }

    @Provide
    Arbitrary<Layout> layouts() {
        return Arbitraries.of(Layout.class).withoutEdgeCases();
    }
}
