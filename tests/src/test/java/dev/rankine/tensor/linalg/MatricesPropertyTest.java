package dev.rankine.tensor.linalg;

import dev.rankine.Corners;
import java.util.Arrays;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import net.jqwik.api.statistics.StatisticsReport;

/** The matrices that decompositions are tried on reach their corners. */
@Domain(Matrices.class)
@Domain(DomainContext.Global.class)
@StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
class MatricesPropertyTest {
    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    void everySortOfMatrixIsThere(@ForAll Matrix a) {
        int small = Math.min(a.rows(), a.columns());
        Corners.atLeast(8, "empty", small == 0);
        Corners.atLeast(8, "one row or column", small == 1);
        Corners.atLeast(20, "wide", a.columns() > a.rows());
        Corners.atLeast(20, "tall", a.rows() > a.columns());
        Corners.atLeast(4, "square", a.rows() == a.columns());
        Corners.atLeast(10, "a side beyond 9", Math.max(a.rows(), a.columns()) > 9);
        double[] values = a.toArray();
        Corners.atLeast(5, "zero, not empty", small > 0 && Arrays.stream(values).allMatch(v -> v == 0));
        Corners.atLeast(
                4,
                "equal elements",
                small > 1 && a.largest() > 0 && Arrays.stream(values).distinct().count() < values.length);
        Corners.atLeast(.5, "squares overflow", a.largest() > 1e160);
        Corners.atLeast(.5, "squares vanish", a.largest() > 0 && a.largest() < 1e-160);
        if (small > 1 && a.largest() > 1e-100 && a.largest() < 1e100) {
            double[] sigma = Svd.of(a).values();
            Corners.atLeast(15, "low rank", sigma[small - 1] <= 1e-13 * sigma[0]);
            Corners.atLeast(5, "equal singular values", sigma[0] > 0 && sigma[0] - sigma[1] <= 1e-13 * sigma[0]);
        }
    }
}
