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

    /** Reads the source once; symbols are then written one by one with cached keys and values. */
    Decoding startDecoding(Tensor inputIds, Tensor inputMask);
}
