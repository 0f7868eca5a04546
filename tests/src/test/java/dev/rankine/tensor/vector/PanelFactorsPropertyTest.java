package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** Products with a weight whose rows or columns have factors: those of the scaled weight, bit for bit, without making it. */
class PanelFactorsPropertyTest {
    private static final VectorBackend BACKEND = new VectorBackend(3);

    @AfterContainer
    static void close() {
        BACKEND.close();
    }

    private static Tensor random(Random random, int... lengths) {
        return Canary.random(BACKEND, random, lengths);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void sameBitsAsTheScaledWeight(
            @ForAll("lengths") int rows,
            @ForAll("lengths") int inputs,
            @ForAll("lengths") int outputs,
            @ForAll boolean ofOutputs,
            @ForAll boolean transposed,
            @ForAll boolean narrow,
            @ForAll boolean adapted,
            @ForAll long seed) {
        Random random = new Random(seed);
        Tensor x = random(random, rows, inputs);
        Tensor given = transposed ? random(random, inputs, outputs).transpose(0, 1) : random(random, outputs, inputs);
        Tensor weight = narrow ? given.clone(DType.BF16) : given;
        Tensor factor = ofOutputs ? random(random, outputs, 1) : random(random, 1, inputs);
        Tensor bias = adapted ? random(random, outputs) : null;
        Backend.LowRankTerm change =
                adapted ? new Backend.LowRankTerm(random(random, rows, 3), random(random, outputs, 3)) : null;
        Canary expected = new Canary(rows * outputs);
        Canary got = new Canary(rows * outputs);
        Tensor scaled = weight.copy("scaled", DType.F32).times(factor);
        BACKEND.linear(x, scaled, bias, change, expected.over(BACKEND, rows, outputs));
        BACKEND.scaledLinear(x, weight, factor, bias, change, got.over(BACKEND, rows, outputs));
        BACKEND.finish();
        assertThat(got.bits()).isEqualTo(expected.bits());
        expected.checkBorders();
        got.checkBorders();
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(0, 40), Arbitraries.of(1, 8, 64, 100, 257), Arbitraries.of(800));
    }

    @Example
    void factorsOfAnotherWeightAreRefused() {
        Random random = new Random(1);
        Tensor x = random(random, 30, 20);
        Tensor weight = random(random, 40, 20);
        Tensor out = new Canary(30 * 40).over(BACKEND, 30, 40);
        assertThatThrownBy(() -> BACKEND.scaledLinear(x, weight, random(random, 20, 1), null, null, out))
                .isInstanceOf(ShapeMismatch.class)
                .hasMessageContaining("factors");
    }
}
