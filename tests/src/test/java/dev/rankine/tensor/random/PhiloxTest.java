package dev.rankine.tensor.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    private static final int DRAWS = 200_000;
    /** A normal statistic falls outside once in 15,000 seeds; these seeds are fixed. */
    private static final double SIGMAS = 4;

    /** The known answers that Random123 publishes for philox4x32-10. */
    @Test
    void givesThePublishedNumbers() {
        assertThat(Philox.block(0, 0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(Philox.block(-1, -1, -1, -1, -1, -1))
                .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        // the digits of pi
        assertThat(Philox.block(0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void fourPositionsShareABlock() {
        long seed = 0x0123456789abcdefL;
        int[] block = Philox.block(0x89abcdef, 0x01234567, 5, 3, 2, 1);
        for (int i = 0; i < 4; i++) {
            assertThat(Philox.word(seed, 1, 2, 3, 20 + i)).isEqualTo(block[i]);
        }
    }

    @Property
    void uniformNumbersLieInsideTheOpenIntervalAndAreExactInF32(@ForAll int word) {
        double u = Philox.toUniform(word);
        assertThat(u).isGreaterThan(0).isLessThan(1);
        assertThat((double) (float) u).isEqualTo(u);
    }

    @Test
    void theEndsOfTheIntervalAreNeverReached() {
        assertThat(Philox.toUniform(0)).isEqualTo(0x1p-24);
        assertThat(Philox.toUniform(-1)).isEqualTo(1 - 0x1p-24);
    }

    @Property(tries = 20)
    void uniformNumbersHaveTheMomentsOfTheirDistribution(@ForAll @LongRange(max = 19) long seed) {
        assertMean(i -> Philox.uniform(seed, 0, 0, 0, i), 0.5, 1 / 12.0);
        assertMean(i -> Math.pow(Philox.uniform(seed, 0, 0, 0, i) - 0.5, 2), 1 / 12.0, 1 / 80.0 - 1 / 144.0);
    }

    @Property(tries = 20)
    void normalNumbersHaveTheMomentsOfTheirDistribution(@ForAll @LongRange(max = 19) long seed) {
        LongToDoubleFunction normal = i -> Philox.normal(seed, 3, 1, 4, i);
        assertMean(normal, 0, 1);
        assertMean(i -> Math.pow(normal.applyAsDouble(i), 2), 1, 2);
        assertMean(i -> Math.pow(normal.applyAsDouble(i), 3), 0, 15);
        assertMean(i -> Math.pow(normal.applyAsDouble(i), 4), 3, 96);
    }

    /** Neighbours in any coordinate are as good as independent: products of centred numbers have mean 0. */
    @Property(tries = 16)
    void neighboursInEveryCoordinateAreUncorrelated(
            @ForAll @LongRange(max = 3) long seed, @ForAll @IntRange(min = 1, max = 4) int lag) {
        LongToDoubleFunction here = i -> Philox.uniform(seed, 7, 11, 13, i) - 0.5;
        double variance = 1 / 144.0;
        assertMean(i -> here.applyAsDouble(i) * (Philox.uniform(seed + lag, 7, 11, 13, i) - 0.5), 0, variance);
        assertMean(i -> here.applyAsDouble(i) * (Philox.uniform(seed, 7 + lag, 11, 13, i) - 0.5), 0, variance);
        assertMean(i -> here.applyAsDouble(i) * (Philox.uniform(seed, 7, 11 + lag, 13, i) - 0.5), 0, variance);
        assertMean(i -> here.applyAsDouble(i) * (Philox.uniform(seed, 7, 11, 13 + lag, i) - 0.5), 0, variance);
        assertMean(i -> here.applyAsDouble(i) * here.applyAsDouble(i + lag), 0, variance);
    }

    /** Pairs (stream, next stream) fill a 16 by 16 board evenly: chi-square with 255 degrees of freedom. */
    @Test
    void pairsOfStreamsFillTheSquareEvenly() {
        int side = 16;
        int[] counts = new int[side * side];
        for (int i = 0; i < DRAWS; i++) {
            int row = (int) (side * Philox.uniform(42, 0, 0, 0, i));
            int column = (int) (side * Philox.uniform(42, 1, 0, 0, i));
            counts[side * row + column]++;
        }
        double expected = (double) DRAWS / counts.length;
        double chiSquare = 0;
        for (int count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        double degrees = counts.length - 1;
        assertThat(Math.abs(chiSquare - degrees)).isLessThan(SIGMAS * Math.sqrt(2 * degrees));
    }

    private static void assertMean(LongToDoubleFunction draw, double mean, double variance) {
        double sum = 0;
        for (long i = 0; i < DRAWS; i++) {
            sum += draw.applyAsDouble(i);
        }
        assertThat(Math.abs(sum / DRAWS - mean)).isLessThan(SIGMAS * Math.sqrt(variance / DRAWS));
    }
}
