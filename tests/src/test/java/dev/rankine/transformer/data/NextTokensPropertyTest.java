package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class NextTokensPropertyTest {
    private static long[] symbols(int count) {
        return LongStream.range(10, 10 + count).toArray();
    }

    private static long[] joined(long[] a, long[] b) {
        return LongStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    @Property(tries = 200)
    void overAllBlocksEverySymbolButTheFirstIsPredictedOnceFromThoseBeforeIt(
            @ForAll @Size(max = 40) long[] symbols, @ForAll @IntRange(min = 1, max = 12) int longest) {
        long[] text =
                Arrays.stream(symbols).map(Math::abs).map(id -> id & 0xFFFF).toArray();
        List<LabelledTokens> blocks = NextTokens.blocks(text, longest);
        long[] read = blocks.stream()
                .flatMapToLong(block -> Arrays.stream(block.ids()))
                .toArray();
        long[] predicted = blocks.stream()
                .flatMapToLong(block -> Arrays.stream(block.targets()))
                .toArray();
        int pairs = Math.max(0, text.length - 1);
        assertThat(read).isEqualTo(Arrays.copyOf(text, pairs));
        assertThat(predicted).isEqualTo(Arrays.copyOfRange(text, Math.min(1, text.length), text.length));
        assertThat(blocks).allMatch(block -> block.length() <= longest && block.count() == block.length());
        assertThat(blocks).hasSize(Math.ceilDiv(pairs, longest));
    }

    @Property(tries = 200)
    void ofAPromptedTextTheAnswerAloneIsPredicted(
            @ForAll @IntRange(min = 1, max = 9) int prompt,
            @ForAll @IntRange(min = 1, max = 9) int answer,
            @ForAll @IntRange(min = 1, max = 20) int room) {
        long[] question = symbols(prompt);
        long[] reply = LongStream.range(100, 100 + answer).toArray();
        if (room < prompt) {
            assertThatThrownBy(() -> NextTokens.answer(question, reply, room))
                    .hasMessageContaining("the prompt alone has " + prompt + " symbols, there is room for " + room);
            return;
        }
        LabelledTokens text = NextTokens.answer(question, reply, room);
        int kept = Math.min(answer, room - prompt + 1);
        assertThat(text.count()).isEqualTo(kept);
        assertThat(text.length()).isEqualTo(prompt + kept - 1);
        assertThat(Arrays.stream(text.targets()).limit(prompt - 1)).allMatch(target -> target == SequenceBatch.IGNORED);
        assertThat(Arrays.copyOfRange(text.targets(), prompt - 1, text.length()))
                .isEqualTo(Arrays.copyOf(reply, kept));
        // what is read is the whole text without its last symbol, as if nothing were masked
        long[] whole = joined(question, Arrays.copyOf(reply, kept));
        assertThat(text.ids()).isEqualTo(Arrays.copyOf(whole, whole.length - 1));
    }

    @Example
    void textsThatTeachNothingAreNone() {
        assertThat(NextTokens.blocks(new long[0], 4)).isEmpty();
        assertThat(NextTokens.blocks(new long[] {1}, 4)).isEmpty();
        assertThatThrownBy(() -> NextTokens.blocks(symbols(3), 0)).hasMessageContaining("at least 1 symbol");
        assertThatThrownBy(() -> NextTokens.answer(new long[0], symbols(1), 4)).hasMessageContaining("got 0 and 1");
        assertThatThrownBy(() -> new LabelledTokens(symbols(2), symbols(1))).hasMessageContaining("2 symbols and 1");
        assertThatThrownBy(() -> new LabelledTokens(symbols(1), new long[] {SequenceBatch.IGNORED}))
                .hasMessageContaining("nothing to predict");
    }
}
