package dev.rankine.transformer;

import dev.rankine.autograd.Recomputation;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Dropout;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Draw;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What one forward pass needs beside its inputs: whether units are dropped, what their random numbers are indexed by, and
 * whether its rows are packed without padding.
 */
public final class Pass {
    private static final Pass INFERENCE = new Pass(null, false, null);

    private final @Nullable Draw draw;
    private final boolean recomputes;
    private final @Nullable Packing packing;
    /** Of the packed rows; the draw itself where none are. */
    private final @Nullable Draw ofRows;

    private Pass(@Nullable Draw draw, boolean recomputes, @Nullable Packing packing) {
        this.draw = draw;
        this.recomputes = recomputes;
        this.packing = packing;
        // made now: the layers share it, and one that runs again ends what it makes
        ofRows = draw == null || packing == null ? draw : packing.ofRows(draw);
    }

    /** Nothing is dropped. */
    public static Pass inference() {
        return INFERENCE;
    }

    /** Units are dropped; the draw's stream is set by each layer. */
    public static Pass training(Draw draw) {
        return new Pass(draw, false, null);
    }

    /** The same pass; whether layers keep only their inputs and run again in the backward pass. */
    public Pass recomputing(boolean wanted) {
        return new Pass(draw, wanted, packing);
    }

    /** The same pass through rows [N, C] that are packed like this. */
    Pass through(Packing packed) {
        return new Pass(draw, recomputes, packed);
    }

    /** How the rows [N, C] of its tensors are packed; null where they are those of a padded batch [B, T, C]. */
    @Nullable
    Packing packing() {
        return packing;
    }

    /** What a layer makes of its inputs. */
    Variable layer(Function<Variable[], Variable> layer, Variable... inputs) {
        return recomputes ? Recomputation.recompute(layer, inputs) : layer.apply(inputs);
    }

    public boolean isTraining() {
        return draw != null;
    }

    /** Dropout with probability p on rows x, [B, ..., C] or packed, while training, x itself otherwise. */
    public Variable dropout(Variable x, double p, long stream) {
        Backend.Dropout dropout = dropout(p, stream);
        return dropout == null ? x : Dropout.dropout(x, dropout);
    }

    /** What an operation on rows is to drop, null for nothing. */
    public Backend.@Nullable Dropout dropout(double p, long stream) {
        return ofRows == null || p == 0 ? null : new Backend.Dropout(p, ofRows.stream(stream));
    }

    /** What an operation on whole examples is to drop, null for nothing. */
    Backend.@Nullable Dropout dropoutOfExamples(double p, long stream) {
        return draw == null || p == 0 ? null : new Backend.Dropout(p, draw.stream(stream));
    }

    /** The stream of random numbers that belongs to a place of the model. The same path gives the same stream. */
    public static long stream(String path) {
        CRC32 checksum = new CRC32();
        checksum.update(path.getBytes(StandardCharsets.UTF_8));
        return checksum.getValue();
    }
}
