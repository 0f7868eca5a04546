package dev.rankine.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.cli.demo.Dates.Languages;
import dev.rankine.cli.demo.Dates.Split;
import dev.rankine.cli.demo.Dates.Written;
import java.text.Normalizer;
import java.time.LocalDate;
import java.time.format.FormatStyle;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DatesPropertyTest {
    @Property(tries = 20)
    void noDateIsInBothParts(
            @ForAll long seed,
            @ForAll long otherSeed,
            @ForAll Languages trained,
            @ForAll Languages tested,
            @ForAll @IntRange(min = 1, max = 500) int count) {
        Set<LocalDate> training = dates(Dates.sample(trained, Split.TRAIN, count, seed));
        Set<LocalDate> testing = dates(Dates.sample(tested, Split.TEST, count, otherSeed));
        assertThat(training).doesNotContainAnyElementsOf(testing);
    }

    @Property(tries = 20)
    void everyLanguageAndStyleTakesItsTurn(@ForAll long seed, @ForAll Languages languages, @ForAll Split split) {
        int round = languages.tags().size() * 3;
        var counts = Dates.sample(languages, split, 2 * round, seed).stream()
                .collect(Collectors.groupingBy(w -> w.language() + w.style(), Collectors.counting()));
        assertThat(counts).hasSize(round);
        assertThat(counts.values()).containsOnly(2L);
    }

    @Property(tries = 20)
    void theAnswerIsTheDateInIsoFormAndTheTextIsComposed(@ForAll long seed, @ForAll Languages languages) {
        for (Written written : Dates.sample(languages, Split.TRAIN, 60, seed)) {
            assertThat(LocalDate.parse(written.iso())).isEqualTo(written.date());
            assertThat(written.iso()).hasSize(10);
            assertThat(written.date()).isBetween(Dates.FIRST, Dates.LAST);
            assertThat(Normalizer.isNormalized(written.text(), Normalizer.Form.NFC))
                    .isTrue();
            assertThat(written.text()).contains(Integer.toString(written.date().getYear()));
        }
    }

    @Property(tries = 10)
    void theSameSeedGivesTheSameSample(@ForAll long seed, @ForAll @IntRange(max = 100) int count) {
        List<Written> once = Dates.sample(Languages.BASE, Split.TRAIN, count, seed);
        assertThat(Dates.sample(Languages.BASE, Split.TRAIN, count, seed)).isEqualTo(once);
        assertThat(Dates.sample(Languages.BASE, Split.TRAIN, count + 7, seed).subList(0, count))
                .isEqualTo(once);
    }

    @Example
    void aTenthOfTheDatesTests() {
        List<LocalDate> all = Dates.FIRST.datesUntil(Dates.LAST.plusDays(1)).toList();
        double share = all.stream().filter(date -> Split.of(date) == Split.TEST).count() / (double) all.size();
        // four standard errors of a binomial share
        assertThat(share).isCloseTo(Dates.TEST_SHARE, within(4 * Math.sqrt(.1 * .9 / all.size())));
    }

    @Example
    void theLanguagesAreDistinctAndWriteDifferently() {
        Set<String> tags = new HashSet<>(Languages.BASE.tags());
        assertThat(tags).hasSize(12).doesNotContainAnyElementsOf(Languages.UNSEEN.tags());
        Written finnish = Dates.sample(Languages.UNSEEN, Split.TEST, 1, 0).getFirst();
        assertThat(finnish.language()).isEqualTo("fi");
        assertThat(finnish.style()).isEqualTo(FormatStyle.FULL);
        assertThat(finnish.text()).contains("kuuta");
    }

    private static Set<LocalDate> dates(List<Written> sample) {
        return sample.stream().map(Written::date).collect(Collectors.toSet());
    }
}
