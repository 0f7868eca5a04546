package dev.rankine.cli.demo;

import dev.rankine.tensor.random.Philox;
import java.text.Normalizer;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Dates as people write them, out of the JDK's locale tables (the Unicode consortium's CLDR), beside their ISO form:
 * {@code jeudi 7 septembre 2023} and {@code 2023-09-07}. The split goes by date, so that a date that tests a model was
 * in no training example, in whatever language.
 */
public final class Dates {
    public static final LocalDate FIRST = LocalDate.of(1950, 1, 1);
    public static final LocalDate LAST = LocalDate.of(2050, 12, 31);

    /** The share of all dates that are kept for testing. */
    public static final double TEST_SHARE = 0.1;

    private static final List<FormatStyle> STYLES = List.of(FormatStyle.FULL, FormatStyle.LONG, FormatStyle.MEDIUM);
    private static final int DAYS = Math.toIntExact(ChronoUnit.DAYS.between(FIRST, LAST) + 1);
    private static final long SPLIT_STREAM = 1;
    private static final long DRAW_STREAM = 2;
    /** The split belongs to the data, not to a run: every seed tests on the same dates. */
    private static final long SPLIT_SEED = 0;

    private Dates() {}

    /** Languages by their tags, such as {@code fr}. */
    public enum Languages {
        /** What the base model learns. */
        BASE("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "pl", "ro"),
        /** What it has never seen before it is adapted; the same script. */
        UNSEEN("fi", "hu", "tr", "vi");

        private final List<String> tags;

        Languages(String... tags) {
            this.tags = List.of(tags);
        }

        public List<String> tags() {
            return tags;
        }
    }

    /** Which dates may be used. */
    public enum Split {
        TRAIN,
        TEST;

        /** Where a date belongs, decided by a hash of it. */
        public static Split of(LocalDate date) {
            return Philox.uniform(SPLIT_SEED, SPLIT_STREAM, 0, 0, date.toEpochDay() + DAYS) < TEST_SHARE ? TEST : TRAIN;
        }
    }

    /**
     * A date as it is written in a language.
     *
     * @param text in Unicode's composed form (NFC), otherwise as the JDK writes it
     */
    public record Written(LocalDate date, String language, FormatStyle style, String text) {
        /** What a model is to answer, such as {@code 2023-09-07}. */
        public String iso() {
            return date.toString();
        }
    }

    /**
     * A sample in which languages and styles take turns and the dates are drawn at random.
     *
     * @throws IllegalStateException if this JDK lacks the tables of a language
     */
    public static List<Written> sample(Languages languages, Split split, int count, long seed) {
        requireTables(languages.tags());
        List<LocalDate> dates = FIRST.datesUntil(LAST.plusDays(1))
                .filter(date -> Split.of(date) == split)
                .toList();
        List<List<DateTimeFormatter>> formatters =
                languages.tags().stream().map(Dates::formatters).toList();
        long stream = DRAW_STREAM + 2L * languages.ordinal() + split.ordinal();
        List<Written> sample = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int language = i % languages.tags().size();
            int style = i / languages.tags().size() % STYLES.size();
            LocalDate date = dates.get((int) (Philox.uniform(seed, stream, 0, 0, i) * dates.size()));
            String text = formatters.get(language).get(style).format(date);
            sample.add(new Written(
                    date,
                    languages.tags().get(language),
                    STYLES.get(style),
                    Normalizer.normalize(text, Normalizer.Form.NFC)));
        }
        return sample;
    }

    private static List<DateTimeFormatter> formatters(String tag) {
        Locale locale = Locale.forLanguageTag(tag);
        return STYLES.stream()
                .map(style -> DateTimeFormatter.ofLocalizedDate(style).withLocale(locale))
                .toList();
    }

    private static void requireTables(List<String> tags) {
        Set<String> present = Arrays.stream(Locale.getAvailableLocales())
                .map(Locale::toLanguageTag)
                .collect(Collectors.toSet());
        List<String> missing =
                tags.stream().filter(tag -> !present.contains(tag)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("this JDK has no locale tables for " + String.join(", ", missing)
                    + ": they are in its module jdk.localedata, which a full JDK has");
        }
    }
}
