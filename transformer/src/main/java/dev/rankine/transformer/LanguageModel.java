package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A model that scores, at every place of a text, the symbol that follows. */
public interface LanguageModel extends Model {
    /**
     * Scores [B, T, V].
     *
     * @param ids I64 [B, T]
     * @param mask [B, T]: 1 on symbols, 0 on padding; null where padding only follows the symbols
     */
    Variable logits(Tensor ids, @Nullable Tensor mask, Pass pass);

    /**
     * Scores [N, V] of some places alone; ids and mask as for {@link #logits}.
     *
     * @param places I64 [N], places of [B, T] counted row by row
     */
    Variable logitsAt(Tensor places, Tensor ids, @Nullable Tensor mask, Pass pass);

    /**
     * Reads prompts; symbols are then written one by one. The first that {@link Decoding#next} is given is the last
     * of the prompt, which is left out here.
     *
     * @param ids I64 [B, T], T may be 0
     * @param padding how many symbols at the beginning of each row are padding
     */
    Decoding startDecoding(Tensor ids, int... padding);

    /** V. */
    int vocabulary();

    /** How many places a text may have. */
    int longest();
}
