package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;

/** A model that reads one sequence and writes another. */
public interface EncoderDecoder extends Model {
    /**
     * Teacher-forced scores [B, T, V].
     *
     * @param inputIds I64 [B, S]
     * @param inputMask F32 [B, S], 1 on symbols
     * @param decoderIds I64 [B, T]
     */
    Variable logits(Tensor inputIds, Tensor inputMask, Tensor decoderIds, Pass pass);

    /**
     * Teacher-forced scores [N, V] of some places alone; the rest as for {@link #logits}. Padding is not computed where a
     * processor's memory makes that free.
     *
     * @param places I64 [N], places of [B, T] counted row by row
     */
    Variable logitsAt(Tensor places, Tensor inputIds, Tensor inputMask, Tensor decoderIds, Pass pass);

    /** Reads the source once; symbols are then written one by one with cached keys and values. */
    Decoding startDecoding(Tensor inputIds, Tensor inputMask);
}
