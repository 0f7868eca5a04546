package dev.rankine.lora.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The style sheets of pages and pictures, which lie beside this class. */
enum Style {
    /** Colours for light and dark. */
    PALETTE,
    /** Lines, ticks and cells of pictures. */
    CHART,
    /** Headings, tables and tiles of a page. */
    PAGE;

    private static final int COLOURS = 8;

    /** Class of the colour of the curve with a number; where colours come again, curves are dashed. */
    static String colour(int number) {
        return "c" + number % COLOURS + (number < COLOURS ? "" : " again");
    }

    String css() {
        String file = name().toLowerCase(java.util.Locale.ROOT) + ".css";
        try (InputStream sheet = Style.class.getResourceAsStream(file)) {
            return new String(Objects.requireNonNull(sheet, file).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
