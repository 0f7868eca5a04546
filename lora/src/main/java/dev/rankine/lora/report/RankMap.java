package dev.rankine.lora.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ranks that a run kept, a cell for every matrix: layers from top to bottom, the matrices of a layer from left to
 * right.
 *
 * @param title such as {@code SaLoRA: kept rank of every matrix}
 * @param ranks module path to rank, such as {@code model.encoder.layers.0.fc1} to 5, or to 4.6 as a mean over runs
 * @param full the rank that every matrix began with: the darkest cell
 */
public record RankMap(String title, Map<String, ? extends Number> ranks, int full) {
    private static final Pattern LAYERED = Pattern.compile("(?:.*\\.)?(\\w+)\\.(?:layers?|h)\\.(\\d+)\\.(.+)");
    private static final Pattern STACK_PREFIX = Pattern.compile("^(?:base_)?model\\.|^transformer\\.");
    private static final double CELL_WIDTH = 62;
    private static final double NARROW = 44;
    private static final int MANY_COLUMNS = 7;
    private static final double CELL_HEIGHT = 34;
    private static final double GAP = 4;
    private static final double LEFT = 96;
    private static final double TOP = 124;
    private static final double RIGHT = 40;
    private static final double SLANT = 35;

    /** Where a module stands in the map. */
    private record Place(String row, String column) {
        static Place of(String module) {
            Matcher layered = LAYERED.matcher(module);
            return layered.matches()
                    ? new Place(layered.group(1) + " " + layered.group(2), layered.group(3))
                    : new Place("", STACK_PREFIX.matcher(module).replaceFirst(""));
        }
    }

    public RankMap {
        ranks = new LinkedHashMap<>(ranks);
        if (ranks.isEmpty()) {
            throw new IllegalArgumentException("a rank map needs at least one matrix");
        }
    }

    /** A file of its own, for light and dark pages. */
    public String svgFile() {
        return draw().standAlone(Style.PALETTE.css() + Style.CHART.css());
    }

    String svg() {
        return draw().inline();
    }

    private Svg draw() {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        ranks.keySet().forEach(module -> {
            Place place = Place.of(module);
            rows.computeIfAbsent(place.row(), row -> new LinkedHashMap<>()).put(place.column(), module);
        });
        List<String> columns = columns(rows);
        double cell = columns.size() < MANY_COLUMNS ? CELL_WIDTH : NARROW;
        double width = LEFT + columns.size() * (cell + GAP) + RIGHT;
        double height = TOP + rows.size() * (CELL_HEIGHT + GAP) + 52;
        Svg svg = new Svg(Math.max(width, 420), height, title + ", layer by module");
        svg.text(8, 20, "title", title);
        for (int column = 0; column < columns.size(); column++) {
            double x = LEFT + column * (cell + GAP) + cell / 2 - 8;
            svg.text(x, TOP - 10, SLANT, "tick", columns.get(column));
        }
        double y = TOP;
        for (var row : rows.entrySet()) {
            svg.text(LEFT - 12, y + CELL_HEIGHT / 2 + 4, "tick end", row.getKey());
            for (int column = 0; column < columns.size(); column++) {
                String module = row.getValue().get(columns.get(column));
                if (module != null) {
                    drawCell(svg, LEFT + column * (cell + GAP), y, cell, module);
                }
            }
            y += CELL_HEIGHT + GAP;
        }
        drawLegend(svg, y + 18);
        return svg;
    }

    /** The columns of the fullest row first, since models share their order; what other rows add goes behind. */
    private static List<String> columns(Map<String, Map<String, String>> rows) {
        List<Map<String, String>> fullestFirst = new ArrayList<>(rows.values());
        fullestFirst.sort((a, b) -> Integer.compare(b.size(), a.size()));
        return fullestFirst.stream()
                .flatMap(row -> row.keySet().stream())
                .distinct()
                .toList();
    }

    private void drawCell(Svg svg, double x, double y, double width, String module) {
        double rank = Objects.requireNonNull(ranks.get(module)).doubleValue();
        double share = share(rank);
        svg.cell(x, y, width, CELL_HEIGHT, opacity(share), "heat", module + ": rank " + text(rank) + " of " + full);
        String ink = rank == 0 ? "value zero" : share > 0.55 ? "value over" : "value";
        svg.text(x + width / 2, y + CELL_HEIGHT / 2 + 5, ink, text(rank));
    }

    private void drawLegend(Svg svg, double y) {
        svg.text(LEFT - 12, y + 11, "tick end", "rank");
        int steps = Math.min(full, 8);
        double width = 24;
        for (int i = 0; i <= steps; i++) {
            int rank = Math.round((float) full * i / steps);
            double x = LEFT + i * (width + 2);
            svg.cell(x, y, width, 14, opacity(share(rank)), "heat", "rank " + rank);
            svg.text(x + width / 2, y + 28, "tick middle", Integer.toString(rank));
        }
    }

    /** A mean that is no whole number has one digit behind the point. */
    private static String text(double rank) {
        return rank == Math.rint(rank) ? Long.toString((long) rank) : String.format(Locale.ROOT, "%.1f", rank);
    }

    private double share(double rank) {
        return full == 0 ? 0 : Math.min(1, rank / full);
    }

    /** Even an empty cell shows where it is. */
    private static double opacity(double share) {
        return 0.06 + 0.94 * share;
    }
}
