package dev.rankine.lora.report;

import dev.rankine.tensor.files.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

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
        Page page = new Page(title);
        runs.forEach(run -> page.add(Figures.subtitle(run)));
        if (runs.size() == 1) {
            page.add(Figures.tiles(runs.getFirst()));
        }
        page.section("Curves", Curves.of(groups(runs)));
        page.section("Ranks", maps(runs));
        page.section("Results and cost", Figures.table(runs));
        return page.html("Made by Rankine from summary.json and metrics.jsonl.");
    }

    private static List<Curves.Group> groups(List<RunRecord> runs) {
        return IntStream.range(0, runs.size())
                .mapToObj(i -> new Curves.Group(runs.get(i).name(), Style.colour(i), List.of(runs.get(i))))
                .toList();
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
