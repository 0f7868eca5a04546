package dev.rankine.lora.report;

import dev.rankine.lora.SparsifyingScheduler;
import dev.rankine.tensor.files.Whole;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Draws what {@link SparsifyingScheduler} found (Ding et al. 2023, figure 4): how much of the dense model's quality is left,
 * on what it was trained on and on what it never saw, against the share of gates that are open.
 */
public final class SparsifyingReport {
    private SparsifyingReport() {}

    /** @param points of every stage, at least one */
    public static void write(Path file, String title, List<SparsifyingScheduler.Point> points) throws IOException {
        Whole.file(file, aside -> Files.writeString(aside, html(title, points)));
    }

    /** The page as a string. */
    public static String html(String title, List<SparsifyingScheduler.Point> points) {
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a curve of the sparsifying scheduler needs at least one stage");
        }
        return new Page(title)
                .paragraph("Each stage goes on from the last with a stronger threshold on the gates.")
                .add(legend())
                .add("<div class='charts'>\n" + chart(points) + "</div>\n")
                .section("Stages", table(points))
                .html("Made by Rankine.");
    }

    private static String legend() {
        return Curves.legend(List.of(
                new Curves.Group("memorisation: training examples", Style.colour(0), List.of()),
                new Curves.Group("generalisation: other examples", Style.colour(1), List.of())));
    }

    private static String chart(List<SparsifyingScheduler.Point> points) {
        return new BudgetChart(
                        "Quality left, % of the densest stage",
                        "share of gates open",
                        List.of(
                                series("memorisation", 0, points, SparsifyingScheduler.Point::memorization),
                                series("generalisation", 1, points, SparsifyingScheduler.Point::generalization)),
                        List.of(),
                        false)
                .svg();
    }

    private static BudgetChart.Series series(
            String name,
            int colour,
            List<SparsifyingScheduler.Point> points,
            ToDoubleFunction<SparsifyingScheduler.Point> percent) {
        List<BudgetChart.Dot> dots = points.stream()
                .map(point -> new BudgetChart.Dot(
                        point.density(), new MeanDeviation(percent.applyAsDouble(point), OptionalDouble.empty(), 1)))
                .toList();
        return new BudgetChart.Series(name, Style.colour(colour), dots);
    }

    private static String table(List<SparsifyingScheduler.Point> points) {
        StringBuilder rows = new StringBuilder(
                "<tr><th>Strength</th><th>Gates open</th><th>Memorisation, %</th><th>Generalisation, %</th></tr>\n");
        for (SparsifyingScheduler.Point point : points) {
            rows.append(String.format(
                    Locale.ROOT,
                    "<tr><td>%s</td><td>%.3f</td><td>%.1f</td><td>%.1f</td></tr>\n",
                    strength(point.strength()),
                    point.density(),
                    point.memorization(),
                    point.generalization()));
        }
        return "<div class='scroll'><table>\n" + rows + "</table></div>\n";
    }

    /** With four digits that count, and no zeros behind them. */
    private static String strength(double value) {
        return new BigDecimal(value, new MathContext(4)).stripTrailingZeros().toPlainString();
    }
}
