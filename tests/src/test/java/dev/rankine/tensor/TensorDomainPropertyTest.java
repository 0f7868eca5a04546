package dev.rankine.tensor;

import dev.rankine.Corners;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import net.jqwik.api.statistics.StatisticsReport;

/** What the properties of tensors draw from reaches its corners. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
@StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
class TensorDomainPropertyTest {
    private static final int LANES = 16;

    @Property(tries = 2000)
    void shapesHaveEveryKindOfAxis(@ForAll Shape shape) {
        int[] lengths = shape.toArray();
        int last = lengths.length == 0 ? 1 : lengths[lengths.length - 1];
        Corners.atLeast(2, "no axis", lengths.length == 0);
        Corners.atLeast(8, "four axes", lengths.length == 4);
        Corners.atLeast(8, "an empty axis", shape.size() == 0);
        Corners.atLeast(10, "an axis of one element among others", has(1, lengths) && shape.size() > 1);
        Corners.atLeast(5, "one element in all", shape.size() == 1);
        Corners.atLeast(20, "an odd last axis", last > 1 && last % 2 == 1);
        Corners.atLeast(7, "two vectors and a tail", last > 2 * LANES && last % LANES != 0);
        Corners.atLeast(10, "less than a vector", last > 1 && last < LANES);
    }

    private static boolean has(int length, int... lengths) {
        return Arrays.stream(lengths).anyMatch(l -> l == length);
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void samplesLieInMemoryInEveryWay(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Tensor x = new Samples(new ReferenceBackend(), seed).of(DType.F32, shape, layout);
        boolean repeated = false;
        boolean ascending = true;
        for (int axis = 0; axis < shape.rank(); axis++) {
            repeated |= shape.dim(axis) > 1 && x.stride(axis) == 0;
            ascending &= axis == 0 || x.stride(axis) <= x.stride(axis - 1);
        }
        boolean unitLast = shape.rank() > 0 && x.stride(-1) == 1;
        Corners.atLeast(8, "broadcast", repeated);
        Corners.atLeast(5, "axes in another order", !ascending && !repeated);
        Corners.atLeast(10, "an offset", x.offset() > 0);
        Corners.atLeast(15, "a last axis with gaps", shape.rank() > 0 && !unitLast);
        Corners.atLeast(15, "row-major", x.isContiguous());
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void samplesHoldZerosTiesAndBothSigns(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        double[] x = new Samples(new ReferenceBackend(), seed)
                .of(DType.F32, shape, layout)
                .toDoubles();
        Corners.atLeast(30, "a zero", Arrays.stream(x).anyMatch(v -> v == 0));
        Corners.atLeast(30, "ties", Arrays.stream(x).distinct().count() < x.length);
        Corners.atLeast(
                30,
                "both signs",
                Arrays.stream(x).anyMatch(v -> v < 0) && Arrays.stream(x).anyMatch(v -> v > 0));
    }
}
