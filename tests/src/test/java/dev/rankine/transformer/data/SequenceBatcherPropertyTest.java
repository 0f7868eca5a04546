package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Corners;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.Shape;
import dev.rankine.transformer.text.CharacterVocabulary;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.StatisticsReport;

class SequenceBatcherPropertyTest {
    /** More than any length here, padded. */
    private static final int MOST = 100;

    private static SequenceBatcher padding(int multiple) {
        return new SequenceBatcher(Backends.choose("reference", 1).backend(), 0, 1, new PaddedLengths(multiple, MOST));
    }

    @Provide
    Arbitrary<List<SequencePair>> pairs() {
        Arbitrary<long[]> ids = Arbitraries.longs()
                .between(3, 9)
                .array(long[].class)
                .ofMinSize(1)
                .ofMaxSize(9);
        return Combinators.combine(ids, ids)
                .as(SequencePair::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void thePairsReachTheirCorners(@ForAll("pairs") List<SequencePair> pairs) {
        int longest = pairs.stream().mapToInt(SequencePair::sourceLength).max().orElseThrow();
        int shortest = pairs.stream().mapToInt(SequencePair::sourceLength).min().orElseThrow();
        Corners.atLeast(10, "one pair", pairs.size() == 1);
        Corners.atLeast(10, "a source of one symbol", shortest == 1);
        Corners.atLeast(40, "rows to pad", shortest < longest);
    }

    @Property(tries = 200)
    void everySymbolIsWhereItBelongs(
            @ForAll("pairs") List<SequencePair> pairs,
            @ForAll @IntRange(min = 1, max = 4) int multiple,
            @ForAll @IntRange(max = 100) int first) {
        SequenceBatch batch = padding(multiple).batch(pairs, first);
        int rows = pairs.size();
        int s = up(pairs.stream().mapToInt(SequencePair::sourceLength).max().orElseThrow(), multiple);
        int t = up(pairs.stream().mapToInt(SequencePair::targetLength).max().orElseThrow(), multiple);
        assertThat(batch.inputIds().shape()).isEqualTo(Shape.of(rows, s));
        assertThat(batch.inputMask().shape()).isEqualTo(Shape.of(rows, s));
        assertThat(batch.decoderIds().shape()).isEqualTo(Shape.of(rows, t));
        assertThat(batch.targets().shape()).isEqualTo(Shape.of(rows, t));
        assertThat(batch.count())
                .isEqualTo(pairs.stream().mapToInt(SequencePair::targetLength).sum());
        for (int b = 0; b < rows; b++) {
            long[] source = pairs.get(b).source();
            long[] target = pairs.get(b).target();
            for (int i = 0; i < s; i++) {
                assertThat(row(batch.inputIds().toLongs(), b, s)[i]).isEqualTo(i < source.length ? source[i] : 0);
                assertThat(batch.inputMask().toFloats()[b * s + i]).isEqualTo(i < source.length ? 1 : 0);
            }
            for (int i = 0; i < t; i++) {
                assertThat(row(batch.targets().toLongs(), b, t)[i]).isEqualTo(i < target.length ? target[i] : -100);
                long before = i == 0 ? 1 : i - 1 < target.length ? target[i - 1] : 0;
                assertThat(row(batch.decoderIds().toLongs(), b, t)[i]).isEqualTo(before);
            }
            assertThat(batch.examples().toLongs()[b]).isEqualTo(first + b);
        }
    }

    private static long[] row(long[] ids, int b, int width) {
        return Arrays.copyOfRange(ids, b * width, (b + 1) * width);
    }

    private static int up(int length, int multiple) {
        return (length + multiple - 1) / multiple * multiple;
    }

    /** The main job's layout: source 1 graphemes 2, target 1 phonemes 2, decoder input 1 1 phonemes. */
    @Example
    void theDecoderReadsTheTargetShiftedBehindItsStart() {
        CharacterVocabulary letters = new CharacterVocabulary("____abc");
        List<SequencePair> pairs =
                new PairEncoder(letters, letters).encode(List.of(new TextPair("ab", "cab"), new TextPair("b", "a")));
        SequenceBatch batch = padding(1).batch(pairs, 0);
        assertThat(batch.inputIds().toLongs()).containsExactly(1, 4, 5, 2, 1, 5, 2, 0);
        assertThat(batch.decoderIds().toLongs()).containsExactly(1, 1, 6, 4, 5, 1, 1, 4, 2, 0);
        assertThat(batch.targets().toLongs()).containsExactly(1, 6, 4, 5, 2, 1, 4, 2, -100, -100);
        assertThat(batch.symbols()).isEqualTo(8);
    }

    @Example
    void examplesAreNumberedAcrossTheMicroBatchesOfAStep() {
        SequencePair pair = new SequencePair(new long[] {1, 4, 2}, new long[] {1, 5, 2});
        SequencePairs data = new SequencePairs(List.of(pair, pair, pair), padding(1));
        assertThat(data.batch(new int[] {2, 0}, 0).examples().toLongs()).containsExactly(0, 1);
        assertThat(data.batch(new int[] {1}, 2).examples().toLongs()).containsExactly(2);
    }

    @Property(tries = 100)
    void whatIsTooLongIsCutAndCountedOrRefused(
            @ForAll("pairs") List<SequencePair> pairs, @ForAll @IntRange(min = 2, max = 10) int longest) {
        List<SequencePair> tooLong = pairs.stream()
                .filter(pair -> pair.sourceLength() > longest || pair.targetLength() > longest)
                .toList();
        LengthLimit.Fitted fitted = new LengthLimit(longest, LengthLimit.TooLong.TRUNCATE).apply(pairs);
        assertThat(fitted.truncated()).isEqualTo(tooLong.size());
        for (int i = 0; i < pairs.size(); i++) {
            checkCut(pairs.get(i).source(), fitted.pairs().get(i).source(), longest);
            checkCut(pairs.get(i).target(), fitted.pairs().get(i).target(), longest);
        }
        LengthLimit strict = new LengthLimit(longest, LengthLimit.TooLong.REFUSE);
        if (tooLong.isEmpty()) {
            assertThat(strict.apply(pairs).pairs()).hasSameSizeAs(pairs);
        } else {
            assertThatThrownBy(() -> strict.apply(pairs))
                    .hasMessageContaining("example " + (pairs.indexOf(tooLong.getFirst()) + 1) + " ")
                    .hasMessageContaining("positions for " + longest);
        }
    }

    private static void checkCut(long[] before, long[] after, int longest) {
        assertThat(after).hasSize(Math.min(before.length, longest));
        assertThat(after[after.length - 1]).isEqualTo(before[before.length - 1]);
        assertThat(Arrays.copyOf(after, after.length - 1)).isEqualTo(Arrays.copyOf(before, after.length - 1));
    }

    @Example
    void badSettingsAreRefused() {
        assertThatThrownBy(() -> padding(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> padding(1).batch(List.of(), 0)).hasMessageContaining("at least one sequence");
        assertThatThrownBy(() -> new SequencePair(new long[0], new long[] {1})).hasMessageContaining("0 and 1");
        assertThatThrownBy(() -> new LengthLimit(1, LengthLimit.TooLong.REFUSE)).hasMessageContaining("limit is 1");
    }
}
