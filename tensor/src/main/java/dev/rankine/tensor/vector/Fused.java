package dev.rankine.tensor.vector;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The fused operations that work row by row: hands the rows of tensors to their kernels. */
final class Fused {
    /** What an exponential costs, in additions. */
    private static final int EXPONENTIAL = 4;
    /** Rows whose parameter gradients are summed before they are added to the total. */
    private static final int RUN = 64;
    /** Columns of parameter gradients that one task sums over all rows. */
    private static final int COLUMNS = 64;

    private final RowWork rowWork;
    private final Supplier<Stage> stages;

    Fused(RowWork rowWork, Supplier<Stage> stages) {
        this.rowWork = rowWork;
        this.stages = stages;
    }

    /** x if the elements of its rows lie side by side, else a copy where they do. */
    static Tensor evenRows(Tensor x) {
        return hasEvenRows(x) ? x : x.contiguous();
    }

    /** Whether the numbers of a row are side by side. */
    static boolean hasEvenRows(Tensor x) {
        int last = x.shape().rank() - 1;
        return x.shape().dim(last) <= 1 || x.stride(last) == 1;
    }

    // ---- softmax and cross-entropy ----

    void softmax(Tensor x, @Nullable Tensor mask, Tensor y) {
        Tensor scores = evenRows(x);
        Tensor seen = mask == null ? null : evenRows(mask);
        Grid grid = seen == null ? Grid.rows("softmax", y, scores) : Grid.rows("softmax", y, scores, seen);
        grid.forRows(
                rowWork,
                stages,
                EXPONENTIAL * (long) grid.length(),
                (at, first, count, stage) ->
                        Softmax.row(at[1], 1, seen == null ? Softmax.NO_MASK : at[2], at[0], count, Softmax.NOT_KEPT));
    }

    void softmaxBackward(Tensor y, Tensor dY, Tensor dX) {
        Grid grid = Grid.rows("softmaxBackward", dX, evenRows(y), evenRows(dY));
        grid.forRows(
                rowWork,
                stages,
                2L * grid.length(),
                (at, first, count, stage) -> Softmax.backwardRow(at[1], at[2], at[0], count));
    }

    void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        ShapeMismatch.require("crossEntropy", "losses", targets.shape(), losses.shape());
        Ids ids = targets(logits, targets);
        Grid grid = Grid.rows("crossEntropy", evenRows(logits), column(losses));
        long to = Native.addressInOrder(losses);
        Grid.Body body = (at, first, count, stage) -> {
            int row = (int) ((at[1] - to) / Float.BYTES);
            Lanes.set(at[1], Softmax.crossEntropy(at[0], ids.get(row), count, stage.matrix(0, 4L * count)));
        };
        grid.forRows(rowWork, stages, EXPONENTIAL * (long) grid.length(), body, ids.tensor());
    }

    void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        Ids ids = targets(logits, targets);
        ShapeMismatch.require("crossEntropyBackward", "dLosses", targets.shape(), dLosses.shape());
        Tensor slopes = dLosses.contiguous();
        Grid grid = Grid.rows("crossEntropyBackward", dLogits, evenRows(logits), column(slopes));
        long from = Native.addressInOrder(slopes);
        Grid.Body body = (at, first, count, stage) -> {
            int row = (int) ((at[2] - from) / Float.BYTES);
            Softmax.crossEntropyBackward(at[1], ids.get(row), Lanes.get(at[2]), at[0], count);
        };
        grid.forRows(rowWork, stages, EXPONENTIAL * (long) grid.length(), body, ids.tensor());
    }

    private static Ids targets(Tensor logits, Tensor targets) {
        ShapeMismatch.require("crossEntropy", "targets", logits.shape().without(-1), targets.shape());
        return Ids.of("crossEntropy", targets, Long.MIN_VALUE, logits.shape().dim(-1));
    }

    private static Tensor column(Tensor x) {
        return x.reshape(Shape.of(Math.toIntExact(x.shape().size()), 1));
    }

    // ---- layer norm ----

    void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        requireChannels("layerNorm", x, gamma);
        requireChannels("layerNorm", x, beta);
        Tensor scale = gamma.contiguous();
        Tensor shift = beta.contiguous();
        long scaleAt = Native.addressInOrder(scale);
        long shiftAt = Native.addressInOrder(shift);
        Grid grid = Grid.rows("layerNorm", y, evenRows(x), mean, rstd);
        grid.forRows(
                rowWork,
                stages,
                2L * grid.length(),
                (at, first, count, stage) ->
                        LayerNorm.row(at[1], scaleAt, shiftAt, epsilon, at[0], at[2], at[3], count),
                scale,
                shift);
    }

    void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        requireChannels("layerNormBackward", x, gamma);
        Tensor scale = gamma.contiguous();
        long scaleAt = Native.addressInOrder(scale);
        Grid grid = Grid.rows("layerNormBackward", dX, evenRows(x), evenRows(dY), mean, rstd);
        grid.forRows(
                rowWork,
                stages,
                2L * grid.length(),
                (at, first, count, stage) ->
                        LayerNorm.backwardRow(at[1], scaleAt, Lanes.get(at[3]), Lanes.get(at[4]), at[2], at[0], count),
                scale);
    }

    void layerNormParameters(Tensor x, Tensor mean, Tensor rstd, Tensor dY, Tensor dGamma, Tensor dBeta) {
        String operation = "layerNormParameters";
        requireChannels(operation, x, dGamma);
        requireChannels(operation, x, dBeta);
        ShapeMismatch.require(operation, "dY", x.shape(), dY.shape());
        ShapeMismatch.require(operation, "mean", x.shape().with(-1, 1), mean.shape());
        ShapeMismatch.require(operation, "rstd", x.shape().with(-1, 1), rstd.shape());
        int width = x.shape().dim(-1);
        long rows = width == 0 ? 0 : x.shape().size() / width;
        Tensor[] operands = {x.contiguous(), dY.contiguous(), mean.contiguous(), rstd.contiguous(), dGamma, dBeta};
        long xAt = Native.address(operands[0]);
        long dYAt = Native.address(operands[1]);
        long meanAt = Native.address(operands[2]);
        long rstdAt = Native.address(operands[3]);
        long gammaAt = Native.address(dGamma);
        long betaAt = Native.address(dBeta);
        rowWork.pool().run((width + COLUMNS - 1) / COLUMNS, block -> {
            int from = block * COLUMNS;
            int count = Math.min(COLUMNS, width - from);
            long place = 4L * from;
            for (int j = 0; j < count; j++) {
                Lanes.set(gammaAt + place + 4L * j, 0);
                Lanes.set(betaAt + place + 4L * j, 0);
            }
            for (long row = 0; row < rows; row += RUN) {
                int run = (int) Math.min(RUN, rows - row);
                long at = 4L * row * width + place;
                LayerNorm.parameters(
                        xAt + at,
                        dYAt + at,
                        4L * width,
                        meanAt + 4L * row,
                        rstdAt + 4L * row,
                        run,
                        gammaAt + place,
                        betaAt + place,
                        count);
            }
        });
        Reference.reachabilityFence(operands);
    }

    static void requireChannels(String operation, Tensor x, Tensor vector) {
        ShapeMismatch.require(
                operation, "a vector of channels", Shape.of(x.shape().dim(-1)), vector.shape());
    }

    // ---- random numbers ----

    void uniform(Draw draw, Tensor out) {
        Dropper numbers = Dropper.of("uniform", new Backend.Dropout(0, draw), out);
        byExample("uniform", out, (example, at, first, count, stage) -> {
            long made = numbers.uniform(example, first, stage.matrix(0, Dropper.room(count)), count);
            MemorySegment.copy(Lanes.ALL, made, Lanes.ALL, at[0], Float.BYTES * (long) count);
        });
    }

    void dropout(Tensor x, Backend.Dropout dropout, Tensor y) {
        ShapeMismatch.require("dropout", "y", x.shape(), y.shape());
        Dropper dropper = Dropper.of("dropout", dropout, y);
        byExample(
                "dropout",
                y,
                (example, at, first, count, stage) -> dropper.run(example, first, at[1], at[0], count, stage),
                x.contiguous());
    }

    private interface OfExample {
        /** @param example its place in the batch; the rest as for {@link Grid.Body} */
        void run(int example, long[] at, long first, int count, Stage stage);
    }

    /** Runs over pieces of the examples of a result and of operands in its shape, all contiguous. */
    private void byExample(String operation, Tensor result, OfExample body, Tensor... operands) {
        Tensor[] rows = new Tensor[1 + operands.length];
        rows[0] = byExample(result);
        for (int i = 0; i < operands.length; i++) {
            rows[1 + i] = byExample(operands[i]);
        }
        long from = Native.addressInOrder(rows[0]);
        long step = Math.max(1, 4L * rows[0].shape().dim(1));
        Grid.rows(operation, rows)
                .forSegments(
                        rowWork,
                        stages,
                        (at, first, count, stage) -> body.run((int) ((at[0] - from) / step), at, first, count, stage));
    }

    /** A contiguous tensor with one row for each example. */
    private static Tensor byExample(Tensor x) {
        int examples = x.shape().dim(0);
        return x.reshape(Shape.of(examples, Math.toIntExact(x.shape().size() / Math.max(1, examples))));
    }
}
