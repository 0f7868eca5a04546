package dev.rankine.lora.report;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What stands on a page, without how it looks. */
final class PageText {
    private static final Pattern ROW = Pattern.compile("<tr>(.*?)</tr>");
    private static final Pattern CELL = Pattern.compile("<t[hd]>(.*?)</t[hd]>");
    private static final Pattern LEGEND = Pattern.compile("<p class='legend'>(.*?)</p>", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("</svg>([^<]*)</span>");

    private PageText() {}

    /** The cells of every row of every table. */
    static List<List<String>> rows(String page) {
        return found(ROW, page).stream().map(row -> found(CELL, row)).toList();
    }

    /** The row that begins with this. */
    static List<String> row(String page, String name) {
        return rows(page).stream()
                .filter(row -> row.getFirst().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row '" + name + "' in " + rows(page)));
    }

    /** The names of every legend. */
    static List<List<String>> legends(String page) {
        return found(LEGEND, page).stream().map(legend -> found(NAME, legend)).toList();
    }

    static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
