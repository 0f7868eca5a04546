package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Slice;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stack that writes: every place sees itself and the places before it, and, unless the decoder stands alone, what
 * an encoder read.
 */
public final class Decoder extends Module {
    private final InputLayer input;
    private final List<DecoderLayer> layers = new ArrayList<>();
    private final @Nullable LayerNormalization lastNorm;
    private final CausalMask causal;
    private final boolean crossAttention;

    /**
     * @param tokens owned by the model, which may share it with an encoder
     * @param crossAttention whether the layers see what an encoder read
     */
    public Decoder(
            String path, TokenEmbedding tokens, boolean crossAttention, TransformerSettings settings, Weights weights) {
        super(path);
        this.crossAttention = crossAttention;
        Layout.InStack names = settings.form().layout().stack();
        input = child(new InputLayer(path, tokens, 0, settings, weights));
        for (int i = 0; i < settings.decoder().layers(); i++) {
            layers.add(child(new DecoderLayer(path(names.layers() + "." + i), crossAttention, settings, weights)));
        }
        lastNorm = settings.form().norms() == NormOrder.PRE
                ? child(new LayerNormalization(path(names.requireLastNorm()), settings, weights))
                : null;
        causal = new CausalMask(weights.backend(), weights.dtype());
    }

    /**
     * States [B, T, C] for all places at once; the rows that an adapter put in front are left out.
     *
     * @param ids I64 [B, T]
     * @param mask [B, T]: 1 on symbols, 0 on padding; null where padding only follows the symbols, since no symbol sees
     *     what follows it
     * @param encoded what the encoder read; null for a decoder that stands alone
     */
    public Variable apply(Tensor ids, @Nullable Tensor mask, @Nullable Encoded encoded, Pass pass) {
        requireEncoded(encoded);
        Variable extra = input.extraRows(ids.shape().dim(0), pass);
        Variable x = input.apply(ids, null, extra, 0, pass);
        int places = x.shape().dim(1);
        Tensor visible = causal.of(places, places);
        if (mask != null) {
            ShapeMismatch.require(path(), "the mask", ids.shape(), mask.shape());
            Tensor symbols = AttentionMasks.in(x.data().dtype(), mask);
            int rows = places - ids.shape().dim(1);
            visible = visible.times(AttentionMasks.ofKeys(AttentionMasks.behind(rows, symbols)));
        }
        for (DecoderLayer layer : layers) {
            x = layer.apply(x, visible, encoded, pass);
        }
        return finish(x, ids.shape().dim(1));
    }

    /** A decoding of a batch with nothing written. Its tensors come from the open scope and must outlive the steps. */
    State start(int batch, @Nullable Encoded encoded, Pass pass) {
        requireEncoded(encoded);
        List<DecoderLayer.Cache> caches = new ArrayList<>();
        layers.forEach(layer -> caches.add(layer.start(batch, encoded, pass)));
        return new State(batch, caches, pass);
    }

    /** Where a decoding stands: what the layers remember and how many places are written. */
    static final class State {
        private final int batch;
        private final List<DecoderLayer.Cache> caches;
        private final Pass pass;
        private int written;

        private State(int batch, List<DecoderLayer.Cache> caches, Pass pass) {
            this.batch = batch;
            this.caches = caches;
            this.pass = pass;
        }
    }

    /** States [B, T, C] of the next places ids I64 [B, T]; the same numbers as {@link #apply} gives for all at once. */
    Variable step(Tensor ids, State state) {
        ShapeMismatch.require(path(), "the next ids", ids.shape().with(0, state.batch), ids.shape());
        Variable extra = state.written == 0 ? input.extraRows(state.batch, state.pass) : null;
        Variable x = input.apply(ids, null, extra, state.written, state.pass);
        int places = x.shape().dim(1);
        Tensor visible = places == 1 ? null : causal.of(places, state.written + places);
        for (int i = 0; i < layers.size(); i++) {
            x = layers.get(i).step(x, visible, state.caches.get(i), state.pass);
        }
        state.written += places;
        return finish(x, ids.shape().dim(1));
    }

    /** The last norm of a pre-norm stack, over the symbols alone. */
    private Variable finish(Variable x, int symbols) {
        int places = x.shape().dim(1);
        Variable ofSymbols = symbols == places ? x : Slice.slice(x, 1, places - symbols, places);
        return lastNorm == null ? ofSymbols : lastNorm.apply(ofSymbols);
    }

    private void requireEncoded(@Nullable Encoded encoded) {
        if (crossAttention != (encoded != null)) {
            throw new IllegalArgumentException(
                    crossAttention
                            ? path() + " attends to an encoder: give it what the encoder read"
                            : path() + " stands alone: it has no attention to an encoder");
        }
    }

    public Sites sites() {
        List<Sites> parts = new ArrayList<>(List.of(Sites.of(input.site())));
        layers.forEach(layer -> parts.add(layer.sites()));
        return Sites.join(parts);
    }
}
