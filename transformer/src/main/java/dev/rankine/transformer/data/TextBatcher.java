package dev.rankine.transformer.data;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.text.Tokens;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lays texts side by side, padded to the longest of the batch.
 *
 * @param backend where the tensors go
 * @param padding the id behind the end of a text
 * @param lengths what batches are padded to
 */
public record TextBatcher(Backend backend, long padding, PaddedLengths lengths) {
    /** No longer than the longest of a batch needs. */
    public TextBatcher(Backend backend, long padding) {
        this(backend, padding, PaddedLengths.EXACT);
    }

    /** The same for batches of these texts: on a device of few lengths. */
    public TextBatcher of(List<Tokens> texts) {
        return backend.isDevice()
                ? new TextBatcher(
                        backend,
                        padding,
                        PaddedLengths.few(PaddedLengths.FEW, texts.stream().mapToInt(Tokens::length)))
                : this;
    }

    /**
     * Ids [B, S] with their mask, and the types of the tokens where they are not all 0.
     */
    public record Padded(Tensor ids, Tensor mask, @Nullable Tensor types) {}

    /** @param texts at least one */
    public Padded pad(List<Tokens> texts) {
        // the texts alone: there is no decoder that could begin with anything
        SequenceBatcher rows = new SequenceBatcher(backend, padding, padding, lengths);
        SequenceBatcher.Padded padded = rows.pad(texts.stream().map(Tokens::ids).toList());
        return new Padded(padded.ids(), padded.mask(), types(texts, padded.ids().shape()));
    }

    private @Nullable Tensor types(List<Tokens> texts, Shape shape) {
        long[] types = new long[Math.toIntExact(shape.size())];
        for (int b = 0; b < texts.size(); b++) {
            long[] own = texts.get(b).types();
            System.arraycopy(own, 0, types, b * shape.dim(1), own.length);
        }
        return Arrays.stream(types).allMatch(type -> type == 0) ? null : Tensor.ofLongs(backend, shape, types);
    }
}
