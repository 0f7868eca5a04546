package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code y[..., D] = table[ids[...], D]}; dTable[v] is the sum of dY over the places whose id is v, in their order, and 0
 * for an id that does not occur. A frozen table may be stored as F16 or BF16.
 */
public record Embedding(Tensor ids, Shape table) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("embedding", "table[ids]", in -> embedding(someIds(in[0]), in[0]))
            .on(of(5, 3))
            .on(of(11, 7))
            .on(of(1, 1))
            .on(of(2, 0));

    /**
     * @param ids I64 [...], each in [0, V)
     * @param table [V, D]
     */
    public static Variable embedding(Tensor ids, Variable table) {
        return Operation.apply(new Embedding(ids, table.shape()), table);
    }

    @Override
    public String name() {
        return "embedding";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        if (table.rank() != 2) {
            throw ShapeMismatch.in("embedding", "the table must be [V, D]", table);
        }
        if (ids.checkAlive("embedding").dtype() != DType.I64) {
            throw new IllegalArgumentException("embedding: ids must be I64, got " + ids);
        }
        int[] lengths = Arrays.copyOf(ids.shape().toArray(), ids.shape().rank() + 1);
        lengths[ids.shape().rank()] = table.dim(1);
        DType dtype = in[0].dtype().computes() ? in[0].dtype() : DType.F32;
        Tensor y = Tensor.result("embedding", in[0].backend(), dtype, Shape.of(lengths));
        y.backend().gather(in[0], ids, y);
        saved.save(ids);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor places =
                saved.get(0).reshape(Shape.of(Math.toIntExact(ids.shape().size())));
        Tensor dTable = dY.result("embedding", table);
        dTable.backend().fill(dTable, 0);
        dTable.backend().scatterAdd(Rows.of(dY), places, dTable);
        return new @Nullable Tensor[] {dTable};
    }

    /** [2, 3] ids with repetitions. */
    private static Tensor someIds(Variable table) {
        int last = table.shape().dim(0) - 1;
        return Tensor.ofLongs(table.data().backend(), of(2, 3), 0, last, 0, last / 2, last, 0);
    }
}
