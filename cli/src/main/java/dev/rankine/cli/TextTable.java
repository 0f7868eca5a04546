package dev.rankine.cli;

import java.io.PrintStream;
import java.util.List;

/** Rows of cells as text: the first column to the left, the others to the right, each as wide as its widest cell. */
final class TextTable {
    private static final String GAP = "  ";

    private TextTable() {}

    /** @param rows all of the same length, the header among them */
    static void print(PrintStream out, List<List<String>> rows) {
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int place = column;
                int width = rows.stream()
                        .mapToInt(other -> other.get(place).length())
                        .max()
                        .orElse(0);
                String cell = row.get(column);
                String padding = " ".repeat(width - cell.length());
                line.append(column == 0 ? cell + padding : GAP + padding + cell);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
