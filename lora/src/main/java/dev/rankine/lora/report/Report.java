package dev.rankine.lora.report;

import dev.rankine.transformer.train.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes {@code report.html}: one file that a browser shows without a network.
 *
 * <pre>{@code
 * Report.write(folder.resolve("report.html"), "British pronunciation", List.of(RunRecord.read("SaLoRA", folder)));
 * }</pre>
 */
public final class Report {
    private Report() {}

    /**
     * Writes the page of one run, or of several side by side.
     *
     * @param runs at least one; their names are told apart in legends and tables
     */
    public static void write(Path file, String title, List<RunRecord> runs) throws IOException {
        Whole.file(file, aside -> Files.writeString(aside, html(title, runs)));
    }

    /** The page as a string. */
    public static String html(String title, List<RunRecord> runs) {
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("a report needs at least one run");
        }
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n")
                .append("<meta name='viewport' content='width=device-width, initial-scale=1'>\n")
                .append("<title>")
                .append(Svg.escape(title))
                .append("</title>\n<style>\n")
                .append(Style.PALETTE.css())
                .append(Style.CHART.css())
                .append(Style.PAGE.css())
                .append("</style>\n</head>\n<body>\n<h1>")
                .append(Svg.escape(title))
                .append("</h1>\n");
        runs.forEach(run -> page.append(Figures.subtitle(run)));
        if (runs.size() == 1) {
            page.append(Figures.tiles(runs.getFirst()));
        }
        section(page, "Curves", Curves.of(runs));
        section(page, "Ranks", maps(runs));
        section(page, "Results and cost", Figures.table(runs));
        page.append("<footer>Made by Rankine from summary.json and metrics.jsonl.</footer>\n</body>\n</html>\n");
        return page.toString();
    }

    private static void section(StringBuilder page, String heading, String content) {
        if (!content.isEmpty()) {
            page.append("<h2>").append(heading).append("</h2>\n").append(content);
        }
    }

    private static String maps(List<RunRecord> runs) {
        StringBuilder maps = new StringBuilder();
        for (RunRecord run : runs) {
            run.rankMap()
                    .ifPresent(map ->
                            maps.append("<div class='map'>\n").append(map.svg()).append("</div>\n"));
        }
        return maps.toString();
    }
}
