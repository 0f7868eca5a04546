package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model that scores a few labels for a text or a pair of texts; with one label, a regression. */
public interface Classifier extends Model {
    /**
     * Scores [B, L], before any softmax.
     *
     * @param ids I64 [B, S]
     * @param mask [B, S]: 1 on symbols, 0 on padding, which follows the symbols
     * @param types I64 [B, S]: 0 for the first text of a pair, 1 for the second; null where the model does not tell
     *     them apart, or there is one text
     */
    Variable logits(Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass);

    /** L. */
    int labels();

    /**
     * The paths of the modules that a new task begins anew, such as {@code classifier}: their weights are trained beside an
     * adapter and kept with it.
     */
    List<String> head();
}
