package dev.rankine.transformer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CharacterVocabularyPropertyTest {
    /** Letters, symbols outside the basic plane and the placeholder's own character. */
    @Provide
    Arbitrary<String> text() {
        return Arbitraries.oneOf(
                        Arbitraries.integers().between('a', 'f'),
                        Arbitraries.of((int) '_', 0x2C8, 0x1F600, 0x10400, 0xE6, 0x301, 0xFFFF, 0x10FFFF))
                .list()
                .ofMaxSize(12)
                .map(points -> points.stream().map(Character::toString).collect(Collectors.joining()));
    }

    @Property
    void whatIsEncodedIsDecoded(@ForAll("text") String text, @ForAll("text") String other) {
        CharacterVocabulary vocabulary = CharacterVocabulary.of(List.of(text, other));
        UnknownCharacters unknown = new UnknownCharacters();
        long[] ids = vocabulary.encode(text, unknown);
        assertThat(ids).hasSize(text.codePointCount(0, text.length()) + 2);
        assertThat(ids[0]).isEqualTo(CharacterVocabulary.START);
        assertThat(ids[ids.length - 1]).isEqualTo(CharacterVocabulary.END);
        assertThat(vocabulary.decode(ids)).isEqualTo(text);
        assertThat(unknown.total()).isZero();
    }

    @Property
    void anIdIsThePlaceOfACodePoint(@ForAll("text") String text) {
        CharacterVocabulary vocabulary = CharacterVocabulary.of(List.of(text));
        int[] places = vocabulary.characters().codePoints().toArray();
        assertThat(vocabulary.size()).isEqualTo(places.length);
        long[] ids = vocabulary.encode(text, new UnknownCharacters());
        int[] points = text.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            assertThat(ids[i + 1]).isGreaterThanOrEqualTo(4);
            assertThat(places[(int) ids[i + 1]]).isEqualTo(points[i]);
        }
    }

    @Property
    void unknownCharactersAreCounted(@ForAll("text") String known, @ForAll("text") String text) {
        CharacterVocabulary vocabulary = CharacterVocabulary.of(List.of(known));
        Set<Integer> alphabet = known.codePoints().boxed().collect(Collectors.toSet());
        UnknownCharacters unknown = new UnknownCharacters();
        long[] ids = vocabulary.encode(text, unknown);
        Map<Integer, Long> expected = text.codePoints()
                .filter(point -> !alphabet.contains(point))
                .boxed()
                .collect(Collectors.groupingBy(point -> point, Collectors.counting()));
        assertThat(unknown.counts()).isEqualTo(expected);
        assertThat(Arrays.stream(ids)
                        .filter(id -> id == CharacterVocabulary.UNKNOWN)
                        .count())
                .isEqualTo(unknown.total());
    }

    @Property
    void theConfigurationStringGivesTheSameVocabulary(@ForAll("text") String text) {
        CharacterVocabulary vocabulary = CharacterVocabulary.of(List.of(text));
        CharacterVocabulary again = new CharacterVocabulary(vocabulary.characters());
        assertThat(again.encode(text, new UnknownCharacters()))
                .isEqualTo(vocabulary.encode(text, new UnknownCharacters()));
    }

    /** As Python enumerates the string: one place for a character outside the basic plane. */
    @Example
    void placesAreCodePoints() {
        CharacterVocabulary vocabulary = new CharacterVocabulary("____a\uD83D\uDE00b");
        assertThat(vocabulary.encode("b\uD83D\uDE00a", new UnknownCharacters())).containsExactly(1, 6, 5, 4, 2);
        assertThat(vocabulary.decode(1, 5, 6, 2, 0, 3)).isEqualTo("\uD83D\uDE00b");
    }

    @Example
    void aPlaceholderIsNoCharacter() {
        UnknownCharacters unknown = new UnknownCharacters();
        assertThat(new CharacterVocabulary("____a").encode("_a", unknown)).containsExactly(1, 3, 4, 2);
        assertThat(unknown.describe()).isEqualTo("1 character: '_' (U+005F) x 1");
    }

    @Example
    void unknownCharactersAreDescribedInOneLine() {
        UnknownCharacters unknown = new UnknownCharacters();
        CharacterVocabulary vocabulary = new CharacterVocabulary("____");
        vocabulary.encode("b\na\nab\n", unknown);
        assertThat(unknown.describe()).isEqualTo("7 characters: U+000A x 3, 'a' (U+0061) x 2, 'b' (U+0062) x 2");
        vocabulary.encode("cdefghijk", unknown);
        assertThat(unknown.describe())
                .endsWith("'i' (U+0069) x 1 and 2 other kinds")
                .doesNotContain("\n");
    }

    @Example
    void anIdPastTheEndIsShown() {
        assertThat(new CharacterVocabulary("____a").decode(4, 5, 62)).isEqualTo("a\uFFFD\uFFFD");
    }

    @Example
    void badVocabulariesAndIdsAreRefused() {
        assertThatThrownBy(() -> new CharacterVocabulary("abc")).hasMessageContaining("placeholders");
        assertThatThrownBy(() -> new CharacterVocabulary("____abca"))
                .hasMessageContaining("'a'")
                .hasMessageContaining("4 and 7");
        assertThatThrownBy(() -> new CharacterVocabulary("____a").decode(-1)).hasMessageContaining("-1");
    }
}
