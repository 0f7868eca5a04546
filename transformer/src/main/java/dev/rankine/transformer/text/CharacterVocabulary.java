package dev.rankine.transformer.text;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One symbol per character: the id of a character is its place in a string, as in the {@code grapheme_chars} and {@code
 * phoneme_chars} of a checkpoint's configuration. Places count Unicode code points, not UTF-16 units. The first four
 * places are taken by {@link #PADDING}, {@link #START}, {@link #END} and {@link #UNKNOWN}.
 */
public final class CharacterVocabulary implements TextCodec {
    public static final long PADDING = 0;
    public static final long START = 1;
    public static final long END = 2;
    public static final long UNKNOWN = 3;

    /** What stands at the places of the four symbols that are no characters. */
    public static final String PLACEHOLDERS = "____";

    private static final int FIRST = PLACEHOLDERS.length();
    private static final int REPLACEMENT = '\uFFFD';

    private final String characters;
    private final int[] codePoints;
    private final Map<Integer, Integer> ids = new HashMap<>();

    /**
     * @param characters the four placeholders {@value #PLACEHOLDERS}, then every character at the place of its id
     * @throws IllegalArgumentException if the placeholders are missing or a character occurs twice
     */
    public CharacterVocabulary(String characters) {
        if (!characters.startsWith(PLACEHOLDERS)) {
            throw new IllegalArgumentException("a character vocabulary begins with the placeholders '" + PLACEHOLDERS
                    + "' of its four special symbols, got '" + characters + "'");
        }
        this.characters = characters;
        codePoints = characters.codePoints().toArray();
        for (int id = FIRST; id < codePoints.length; id++) {
            Integer before = ids.put(codePoints[id], id);
            if (before != null) {
                throw new IllegalArgumentException("character '" + Character.toString(codePoints[id])
                        + "' stands at places " + before + " and " + id + " of the vocabulary '" + characters
                        + "': its id would be ambiguous");
            }
        }
    }

    /** The vocabulary of every character that occurs in some texts, in the order of their code points. */
    public static CharacterVocabulary of(Iterable<String> texts) {
        TreeSet<Integer> found = new TreeSet<>();
        texts.forEach(text -> text.codePoints().forEach(found::add));
        return new CharacterVocabulary(
                PLACEHOLDERS + found.stream().map(Character::toString).collect(Collectors.joining()));
    }

    /** The string that this vocabulary was made from, as it goes into a configuration. */
    public String characters() {
        return characters;
    }

    /** How many ids there are, with the four special ones. */
    public int size() {
        return codePoints.length;
    }

    /**
     * {@link #START}, the ids of the characters, {@link #END}.
     *
     * @param unknown counts the characters that became {@link #UNKNOWN}
     */
    @Override
    public long[] encode(String text, UnknownCharacters unknown) {
        int[] points = text.codePoints().toArray();
        long[] encoded = new long[points.length + 2];
        encoded[0] = START;
        for (int i = 0; i < points.length; i++) {
            Integer id = ids.get(points[i]);
            if (id == null) {
                unknown.count(points[i]);
            }
            encoded[i + 1] = id == null ? UNKNOWN : id;
        }
        encoded[points.length + 1] = END;
        return encoded;
    }

    /**
     * The characters of some ids; the four special symbols are left out. An id past the end of the vocabulary, which a
     * model with spare rows may write, becomes the replacement character U+FFFD.
     *
     * @throws IllegalArgumentException if an id is negative
     */
    @Override
    public String decode(long... encoded) {
        StringBuilder text = new StringBuilder();
        for (long id : encoded) {
            if (id < 0) {
                throw new IllegalArgumentException("decode: id " + id + " is negative");
            }
            if (id >= FIRST) {
                text.appendCodePoint(id < codePoints.length ? codePoints[(int) id] : REPLACEMENT);
            }
        }
        return text.toString();
    }

    @Override
    public long end() {
        return END;
    }

    @Override
    public boolean isSpecial(long id) {
        return id < FIRST;
    }
}
