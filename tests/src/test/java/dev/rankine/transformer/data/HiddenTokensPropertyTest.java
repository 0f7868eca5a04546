package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class HiddenTokensPropertyTest {
    private static final HiddenTokens HOLES = new HiddenTokens(4, 1000);

    private static long[] text(int symbols) {
        return LongStream.concat(
                        LongStream.concat(LongStream.of(2), LongStream.range(100, 100 + symbols)), LongStream.of(3))
                .toArray();
    }

    @Property(tries = 300)
    void whatIsToBePredictedIsWhatStoodThereAndTheRestIsLeft(
            @ForAll @IntRange(min = 1, max = 60) int symbols, @ForAll @IntRange(max = 10_000) int number) {
        long[] ids = text(symbols);
        LabelledTokens text = HOLES.of(ids, id -> id < 4, number);
        assertThat(text.count()).isBetween(1, symbols);
        for (int i = 0; i < ids.length; i++) {
            long target = text.targets()[i];
            if (target == SequenceBatch.IGNORED) {
                assertThat(text.ids()[i]).isEqualTo(ids[i]);
            } else {
                assertThat(target).isEqualTo(ids[i]).isGreaterThan(3);
                assertThat(text.ids()[i]).isBetween(0L, 999L);
            }
        }
        LabelledTokens again = HOLES.of(ids, id -> id < 4, number);
        assertThat(again.ids()).isEqualTo(text.ids());
        assertThat(again.targets()).isEqualTo(text.targets());
    }

    @Example
    void theSharesAreThoseOfThePaper() {
        int symbols = 200;
        int texts = 300;
        double chosen = 0;
        double hidden = 0;
        double left = 0;
        for (int number = 0; number < texts; number++) {
            long[] ids = text(symbols);
            LabelledTokens text = HOLES.of(ids, id -> id < 4, number);
            for (int i = 0; i < ids.length; i++) {
                if (text.targets()[i] != SequenceBatch.IGNORED) {
                    chosen++;
                    hidden += text.ids()[i] == 4 ? 1 : 0;
                    left += text.ids()[i] == ids[i] ? 1 : 0;
                }
            }
        }
        assertThat(chosen / (symbols * texts)).isCloseTo(.15, within(.01));
        assertThat(hidden / chosen).isCloseTo(.8, within(.02));
        assertThat(left / chosen).isCloseTo(.1, within(.02));
    }

    @Example
    void textsWithoutSymbolsAreRefused() {
        assertThatThrownBy(() -> HOLES.of(new long[] {2, 3}, id -> id < 4, 0)).hasMessageContaining("nothing to hide");
    }
}
