package dev.rankine.tensor.reference;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Cells;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * The primitives as plain loops on one thread, for F32 and F64 alike: every element is computed in double precision and
 * rounded once, when it is stored. The fused operations keep their default bodies.
 */
public final class ReferenceBackend implements Backend {
    static final String NAME = "reference";
    static final String DESCRIPTION = "plain loops, 1 thread";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return DESCRIPTION;
    }

    @Override
    public void map(Unary function, Tensor x, Tensor out) {
        each(x, out, value -> Functions.apply(function, value));
    }

    @Override
    public void affine(Tensor x, double scale, double shift, Tensor out) {
        each(x, out, value -> scale * value + shift);
    }

    private static void each(Tensor x, Tensor out, DoubleUnaryOperator function) {
        Cells input = Cells.of(x);
        Cells result = Cells.of(out);
        Walk walk = Walk.over(x, out);
        while (walk.nextRow()) {
            for (int i = 0; i < walk.length(); i++) {
                result.set(walk.place(1, i), function.applyAsDouble(input.get(walk.place(0, i))));
            }
        }
    }

    @Override
    public void zip(Binary function, Tensor a, Tensor b, Tensor out) {
        Cells left = Cells.of(a);
        Cells right = Cells.of(b);
        Cells result = Cells.of(out);
        Walk walk = Walk.over(a, b, out);
        while (walk.nextRow()) {
            for (int i = 0; i < walk.length(); i++) {
                double y = Functions.apply(function, left.get(walk.place(0, i)), right.get(walk.place(1, i)));
                result.set(walk.place(2, i), y);
            }
        }
    }

    @Override
    public void reduce(Reduction reduction, Tensor x, Tensor out) {
        double[] folded = new double[Math.toIntExact(out.shape().size())];
        Arrays.fill(folded, Functions.identity(reduction));
        Cells input = Cells.of(x);
        Walk walk = Walk.over(x, foldingStrides(out.shape()));
        while (walk.nextRow()) {
            for (int i = 0; i < walk.length(); i++) {
                int to = (int) walk.place(1, i);
                folded[to] = Functions.fold(reduction, folded[to], input.get(walk.place(0, i)));
            }
        }
        Cells result = Cells.of(out);
        for (int i = 0; i < folded.length; i++) {
            result.set(out.offset() + i, folded[i]);
        }
    }

    /** Row-major strides with 0 on axes of length 1, so that the elements of a folded axis meet in one place. */
    private static long[] foldingStrides(Shape folded) {
        long[] strides = folded.rowMajorStrides();
        for (int axis = 0; axis < strides.length; axis++) {
            if (folded.dim(axis) == 1) {
                strides[axis] = 0;
            }
        }
        return strides;
    }

    @Override
    public void matmul(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        Products.matmul(a, b, out, accumulate);
    }

    @Override
    public void gather(Tensor table, Tensor ids, Tensor out) {
        Indexing.gather(table, ids, out);
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        Indexing.scatterAdd(rows, ids, table);
    }

    @Override
    public void oneHot(Tensor ids, Tensor out) {
        Indexing.oneHot(ids, out);
    }

    /** Into I64 only I64 is copied: a number that is no integer has no place there. */
    @Override
    public void copy(Tensor x, Tensor out) {
        if (out.dtype() == DType.I64) {
            copyLongs(x, out);
        } else {
            each(x, out, DoubleUnaryOperator.identity());
        }
    }

    private static void copyLongs(Tensor x, Tensor out) {
        if (x.dtype() != DType.I64) {
            throw new IllegalArgumentException("copy: a tensor of " + x.dtype() + " does not fit into " + out);
        }
        Cells input = Cells.of(x);
        Cells result = Cells.of(out);
        Walk walk = Walk.over(x, out);
        while (walk.nextRow()) {
            for (int i = 0; i < walk.length(); i++) {
                result.setLong(walk.place(1, i), input.getLong(walk.place(0, i)));
            }
        }
    }

    @Override
    public void fill(Tensor out, double value) {
        Cells result = Cells.of(out);
        Walk walk = Walk.over(out);
        while (walk.nextRow()) {
            for (int i = 0; i < walk.length(); i++) {
                result.set(walk.place(0, i), value);
            }
        }
    }

    @Override
    public void uniform(Draw draw, Tensor out) {
        long[] clock = draw.clock().toLongs();
        long[] examples = draw.examples().toLongs();
        long[] places = draw.places() == null
                ? new long[examples.length]
                : draw.places().toLongs();
        Cells result = Cells.of(out);
        for (int b = 0; b < examples.length; b++) {
            Tensor entry = out.slice(0, b, b + 1);
            Walk walk = Walk.over(entry);
            long position = places[b] * entry.shape().size();
            while (walk.nextRow()) {
                for (int i = 0; i < walk.length(); i++) {
                    double u = Philox.uniform(clock[0], draw.stream(), clock[1], examples[b], position++);
                    result.set(walk.place(0, i), u);
                }
            }
        }
    }
}
