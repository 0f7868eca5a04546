package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Corners;
import dev.rankine.tensor.vector.ProductCase.Layout;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.statistics.StatisticsReport;

class GemmPropertyTest {
    private static final WorkerPool POOL = new WorkerPool(3);
    private static final Gemm GEMM = new Gemm(POOL);

    @AfterContainer
    static void close() {
        POOL.close();
    }

    @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
    void everyProductIsTheSumOverK(@ForAll("small") ProductCase product, @ForAll long seed) {
        product.check(GEMM, seed);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void largeProductsAreSharedOutWithoutChange(@ForAll("large") ProductCase product, @ForAll long seed) {
        int[] shared = product.check(GEMM, seed);
        try (WorkerPool alone = new WorkerPool(1)) {
            assertThat(product.bits(new Gemm(alone), seed)).isEqualTo(shared);
        }
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theProductsReachTheirCorners(@ForAll("small") ProductCase product) {
        int shortest = Math.min(product.m(), Math.min(product.n(), product.k()));
        Corners.atLeast(5, "no product", product.batch() == 0);
        Corners.atLeast(.5, "a sum without terms", product.k() == 0 && product.m() * product.n() > 0);
        Corners.atLeast(3, "an empty result", product.m() * product.n() == 0);
        Corners.atLeast(8, "an axis of one element", shortest == 1);
        Corners.atLeast(20, "odd sizes", product.n() % 2 == 1 && product.n() > 1);
        Corners.atLeast(5, "whole vectors", product.n() > 0 && product.n() % 16 == 0);
        Corners.atLeast(20, "beyond a vector", product.n() > 16);
        Corners.atLeast(20, "one A for all", product.broadcastA() && product.batch() > 1);
        Corners.atLeast(8, "neither axis of A has stride 1", product.layoutA() == Layout.STRIDED);
    }

    @Provide
    Arbitrary<ProductCase> small() {
        Arbitrary<Integer> length = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(6, Arbitraries.integers().between(0, 20)),
                net.jqwik.api.Tuple.of(3, Arbitraries.integers().between(21, 70)),
                net.jqwik.api.Tuple.of(2, Arbitraries.of(1, 8, 16, 32, 64)));
        return cases(Arbitraries.integers().between(0, 4), length, length, length);
    }

    @Provide
    Arbitrary<ProductCase> large() {
        return cases(
                Arbitraries.of(1, 2, 17),
                Arbitraries.of(1, 8, 33, 150),
                Arbitraries.of(1, 8, 40, 128, 257),
                Arbitraries.of(8, 100, 129));
    }

    private static Arbitrary<ProductCase> cases(
            Arbitrary<Integer> batch, Arbitrary<Integer> m, Arbitrary<Integer> n, Arbitrary<Integer> k) {
        Arbitrary<Layout> layout = Arbitraries.of(Layout.class);
        Arbitrary<Boolean> flag = Arbitraries.of(false, true);
        Arbitrary<int[]> sizes = Combinators.combine(batch, m, n, k).as((q, i, j, l) -> new int[] {q, i, j, l});
        return Combinators.combine(sizes, layout, layout, layout, flag, flag, flag)
                .as((s, a, b, c, oneA, oneB, add) -> new ProductCase(s[0], s[1], s[2], s[3], a, b, c, oneA, oneB, add));
    }
}
