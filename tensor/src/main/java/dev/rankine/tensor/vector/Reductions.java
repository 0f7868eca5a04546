package dev.rankine.tensor.vector;

import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.function.Supplier;

/**
 * Sums and maxima over any axes. What is added to what follows from the shape: rows are folded as in {@link Rows}, long
 * ones in pieces, and the pieces are added in order in double precision.
 */
final class Reductions {
    /** Elements that are folded by one task before their partial result is noted. */
    private static final long PIECE = 1 << 14;
    /** Columns that one task folds over all rows. */
    private static final int COLUMNS = 128;
    /** Rows that are added up before their sum is added to the total. */
    private static final int RUN = 64;

    private final RowWork rowWork;
    private final Supplier<Stage> stages;

    Reductions(RowWork rowWork, Supplier<Stage> stages) {
        this.rowWork = rowWork;
        this.stages = stages;
    }

    /** Folds every axis on which out has length 1 and x has not; out is row-major. */
    void reduce(Reduction reduction, Tensor x, Tensor out) {
        requireFolded(reduction, x, out);
        Axes kept = new Axes();
        Axes folded = new Axes();
        int width = x.dtype().bytes();
        boolean innerFolds = false;
        boolean innermost = true;
        for (int axis = x.shape().rank() - 1; axis >= 0; axis--) {
            int length = x.shape().dim(axis);
            boolean folds = out.shape().dim(axis) != length;
            if (length == 1) {
                continue;
            }
            (folds ? folded : kept).prepend(length, x.stride(axis) * width);
            if (innermost) {
                innerFolds = folds;
                innermost = false;
            }
        }
        if (out.shape().size() == 0) {
            return;
        }
        boolean byRows = innerFolds || kept.isEmpty();
        long from = Native.addressInOrder(x);
        long to = Native.addressInOrder(out);
        Runnable fold = () -> {
            if (byRows) {
                rows(reduction, from, kept, folded, to);
            } else {
                columns(reduction, from, kept, folded, to);
            }
        };
        rowWork.addWhole(x.shape().size(), fold, Use.reads(x), Use.writes(out));
    }

    private static void requireFolded(Reduction reduction, Tensor x, Tensor out) {
        boolean fits = x.shape().rank() == out.shape().rank() && out.isContiguous();
        for (int axis = 0; fits && axis < x.shape().rank(); axis++) {
            fits = out.shape().dim(axis) == 1
                    || out.shape().dim(axis) == x.shape().dim(axis);
        }
        if (!fits) {
            throw ShapeMismatch.in(
                    reduction.name(),
                    "the second, row-major, must be the first with some axes of length 1",
                    x.shape(),
                    out.shape());
        }
    }

    /** The last axis is folded: every result is a sum over rows. */
    private void rows(Reduction reduction, long from, Axes kept, Axes folded, long to) {
        int results = Math.toIntExact(kept.count());
        int length = folded.innerLength();
        Axes outer = folded.outer();
        int perRow = (int) Math.max(1, (length + PIECE - 1) / PIECE);
        long pieces = outer.count() * perRow;
        long together = Math.max(1, PIECE / Math.max(1, length));
        int parts = Math.toIntExact((pieces + together - 1) / together);
        // with one part to a result there is nothing to add up afterwards
        double[] partial = new double[parts == 1 ? 0 : Math.multiplyExact(results, parts)];
        int tasks = results * parts;
        int each =
                (int) Math.clamp(PIECE / Math.max(1, Math.min(PIECE, length) * Math.min(together, pieces)), 1, PIECE);
        rowWork.pool().run((tasks + each - 1) / each, block -> {
            Stage stage = stages.get();
            for (int task = block * each; task < Math.min(tasks, (block + 1) * each); task++) {
                long base = from + kept.offset(task / parts);
                double total = identity(reduction);
                long begin = task % parts * together;
                for (long piece = begin; piece < Math.min(pieces, begin + together); piece++) {
                    long first = piece % perRow * PIECE;
                    long at = base + outer.offset(piece / perRow) + first * folded.innerStride();
                    int count = (int) Math.min(PIECE, length - first);
                    total = fold(reduction, total, row(reduction, at, folded.innerStride(), count, stage));
                }
                if (parts == 1) {
                    Lanes.set(to + task * (long) Float.BYTES, (float) total);
                } else {
                    partial[task] = total;
                }
            }
        });
        for (int i = 0; parts != 1 && i < results; i++) {
            double total = identity(reduction);
            for (int part = 0; part < parts; part++) {
                total = fold(reduction, total, partial[i * parts + part]);
            }
            Lanes.set(to + i * (long) Float.BYTES, (float) total);
        }
    }

    private static double row(Reduction reduction, long at, long step, int count, Stage stage) {
        if (step == Float.BYTES || count == 1) {
            return reduction == Reduction.SUM ? Rows.sum(at, count) : Rows.max(at, count);
        }
        double total = identity(reduction);
        for (int done = 0; done < count; done += Stage.SLOT) {
            int part = Math.min(Stage.SLOT, count - done);
            long slot = stage.collect(0, at + done * step, step, part);
            total = fold(reduction, total, row(reduction, slot, Float.BYTES, part, stage));
        }
        return total;
    }

    /** The last axis stays: every row of results is a sum of rows. */
    private void columns(Reduction reduction, long from, Axes kept, Axes folded, long to) {
        int length = kept.innerLength();
        long step = kept.innerStride();
        Axes outer = kept.outer();
        int perRow = (length + COLUMNS - 1) / COLUMNS;
        int tasks = Math.toIntExact(outer.count() * perRow);
        long work = Math.max(1, folded.count() * Math.min(COLUMNS, length));
        int each = (int) Math.clamp(PIECE / work, 1, PIECE);
        rowWork.pool().run((tasks + each - 1) / each, block -> {
            Stage stage = stages.get();
            for (int task = block * each; task < Math.min(tasks, (block + 1) * each); task++) {
                int first = task % perRow * COLUMNS;
                int count = Math.min(COLUMNS, length - first);
                long row = task / perRow;
                long target = to + (row * length + first) * Float.BYTES;
                for (int j = 0; j < count; j++) {
                    Lanes.set(target + j * (long) Float.BYTES, (float) identity(reduction));
                }
                foldRows(reduction, from + outer.offset(row) + first * step, step, folded, target, count, stage);
            }
        });
    }

    private static void foldRows(
            Reduction reduction, long from, long step, Axes folded, long to, int count, Stage stage) {
        Axes outer = folded.outer();
        int rows = folded.innerLength();
        for (long i = 0; i < outer.count(); i++) {
            long base = from + outer.offset(i);
            if (step == Float.BYTES || count == 1) {
                for (int row = 0; row < rows; row += RUN) {
                    int run = Math.min(RUN, rows - row);
                    fold(reduction, base + row * folded.innerStride(), folded.innerStride(), run, to, count);
                }
            } else {
                for (int row = 0; row < rows; row++) {
                    long slot = stage.collect(0, base + row * folded.innerStride(), step, count);
                    fold(reduction, slot, 0, 1, to, count);
                }
            }
        }
    }

    private static void fold(Reduction reduction, long x, long step, int rows, long to, int columns) {
        if (reduction == Reduction.SUM) {
            Rows.addColumns(x, step, rows, to, columns);
        } else {
            Rows.maxColumns(x, step, rows, to, columns);
        }
    }

    private static double identity(Reduction reduction) {
        return reduction == Reduction.SUM ? 0 : Double.NEGATIVE_INFINITY;
    }

    private static double fold(Reduction reduction, double total, double next) {
        return reduction == Reduction.SUM ? total + next : Math.max(total, next);
    }
}
