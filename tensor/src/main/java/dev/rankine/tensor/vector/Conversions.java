package dev.rankine.tensor.vector;

import dev.rankine.tensor.Cells;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** Copies between element types. Into F32 they are loops of their own, since weights are stored narrower. */
final class Conversions {
    private final RowWork rowWork;
    private final Supplier<Stage> stages;

    Conversions(RowWork rowWork, Supplier<Stage> stages) {
        this.rowWork = rowWork;
        this.stages = stages;
    }

    /** out = x in out's type; into I64 only I64 is copied. */
    void copy(Tensor x, Tensor out) {
        if (out.dtype() == DType.I64 && x.dtype() != DType.I64) {
            throw new IllegalArgumentException("copy: a tensor of " + x.dtype() + " does not fit into " + out);
        }
        Grid grid = Grid.over("copy", out, x);
        long toStep = grid.step(0);
        long step = grid.step(1);
        boolean widens = out.dtype() == DType.F32 && toStep == Float.BYTES;
        Cells source = Cells.of(x);
        Cells target = Cells.of(out);
        long sourceBase = base(x);
        long targetBase = base(out);
        grid.forSegments(rowWork, stages, (at, first, count, stage) -> {
            if (widens) {
                Widening.run(x.dtype(), at[1], step, at[0], count);
                return;
            }
            for (int i = 0; i < count; i++) {
                long from = (at[1] + i * step - sourceBase) / x.dtype().bytes();
                long to = (at[0] + i * toStep - targetBase) / out.dtype().bytes();
                if (out.dtype() == DType.I64) {
                    target.setLong(to, source.getLong(from));
                } else {
                    target.set(to, source.get(from));
                }
            }
        });
    }

    void fill(Tensor out, double value) {
        Grid grid = Grid.over("fill", out);
        Cells target = Cells.of(out);
        long base = base(out);
        grid.forSegments(rowWork, stages, (at, first, count, stage) -> {
            for (int i = 0; i < count; i++) {
                target.set((at[0] + i * grid.step(0) - base) / out.dtype().bytes(), value);
            }
        });
    }

    private static long base(Tensor x) {
        MemorySegment memory = x.storage().hostInOrder();
        return memory.address();
    }
}
