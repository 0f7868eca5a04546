package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Corners;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;

class EditDistancePropertyTest {
    @Provide
    Arbitrary<long[]> word() {
        return Arbitraries.longs().between(4, 6).array(long[].class).ofMaxSize(6);
    }

    @Property(tries = 2000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theWordsReachTheirCorners(@ForAll("word") long[] a, @ForAll("word") long[] b) {
        Corners.atLeast(5, "an empty word", a.length == 0);
        Corners.atLeast(.5, "equal words", Arrays.equals(a, b));
        Corners.atLeast(8, "equal lengths", a.length == b.length);
        Corners.atLeast(20, "a symbol twice", Arrays.stream(a).distinct().count() < a.length);
    }

    @Property
    void itIsAMetric(@ForAll("word") long[] a, @ForAll("word") long[] b, @ForAll("word") long[] c) {
        int ab = EditDistance.between(a, b);
        assertThat(ab == 0).isEqualTo(Arrays.equals(a, b));
        assertThat(EditDistance.between(b, a)).isEqualTo(ab);
        assertThat(EditDistance.between(a, c)).isLessThanOrEqualTo(ab + EditDistance.between(b, c));
    }

    @Property
    void itLiesBetweenItsBounds(@ForAll("word") long[] a, @ForAll("word") long[] b) {
        assertThat(EditDistance.between(a, b)).isBetween(Math.abs(a.length - b.length), Math.max(a.length, b.length));
    }

    @Property(tries = 300)
    void itIsTheSmallestNumberOfEdits(@ForAll("word") long[] a, @ForAll("word") long[] b) {
        assertThat(EditDistance.between(a, b)).isEqualTo(naive(a, a.length, b, b.length));
    }

    /** The definition, by recursion over the last symbols. */
    private static int naive(long[] a, int i, long[] b, int j) {
        if (i == 0 || j == 0) {
            return i + j;
        }
        int substituted = naive(a, i - 1, b, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
        return Math.min(substituted, 1 + Math.min(naive(a, i - 1, b, j), naive(a, i, b, j - 1)));
    }

    @Example
    void kittenToSitting() {
        long[] kitten = "kitten".chars().asLongStream().toArray();
        long[] sitting = "sitting".chars().asLongStream().toArray();
        assertThat(EditDistance.between(kitten, sitting)).isEqualTo(3);
    }
}
