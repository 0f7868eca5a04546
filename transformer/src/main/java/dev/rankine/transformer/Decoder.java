package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Slice;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The stack that writes: every place sees itself and the places before it, and, unless the decoder stands alone, what
 * an encoder read.
 */
public final class Decoder extends Module {
    private final InputLayer input;
    private final List<DecoderLayer> layers = new ArrayList<>();
    private final @Nullable Normalization lastNorm;
    private final CausalMask causal;
    private final @Nullable RotaryTable rotary;
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
                ? child(Normalization.of(path(names.requireLastNorm()), settings, weights))
                : null;
        causal = new CausalMask(weights.backend(), weights.dtype());
        rotary = settings.form().positions() instanceof PositionKind.Rotary kind
                ? new RotaryTable(kind, settings, weights)
                : null;
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
        int symbols = ids.shape().dim(1);
        Places places = Places.between(0, symbols + rows(extra));
        Variable x = input.apply(ids, null, extra, places, pass);
        Tensor symbolsOnly = null;
        if (mask != null) {
            ShapeMismatch.require(path(), "the mask", ids.shape(), mask.shape());
            symbolsOnly = AttentionMasks.ofKeys(
                    AttentionMasks.behind(rows(extra), mask.in("mask", x.data().dtype())));
        }
        Tensor visible = visible(causal.of(places.count(), places.count()), symbolsOnly);
        Rotation rotation = rotation(places);
        OneLayer one = (layer, in) ->
                layer.apply(in[0], visible, rotation, encoded == null ? null : encoded.with(in[1]), pass);
        return finish(through(one, x, encoded == null ? null : encoded.states(), pass), symbols);
    }

    /**
     * How {@link #packed} may read a batch, as far as these places where no mask shows the symbols; null where it may not.
     *
     * @param places I64 [N], places of [B, T] counted row by row
     */
    @Nullable
    Packing packing(Tensor places, Tensor ids, @Nullable Tensor mask) {
        if (!Packing.isPossible(ids, mask) || !takesPacked()) {
            return null;
        }
        return mask == null ? Packing.upTo(places, ids.shape()) : Packing.seen(mask);
    }

    private boolean takesPacked() {
        return !input.hasExtraRows() && layers.stream().allMatch(DecoderLayer::takesPacked);
    }

    /** The states [N, C] of symbols alone, the same numbers as {@link #apply} gives. */
    Variable packed(Packing packing, Tensor ids, Encoded.@Nullable Packed encoded, Pass pass) {
        Pass through = pass.through(packing);
        Places places = packing.places();
        Variable x = input.apply(packing.of(ids), null, null, places, through);
        Tensor future = causal.of(packing.sequences().longest());
        Rotation rotation = rotation(places);
        OneLayer one = (layer, in) ->
                layer.packed(in[0], future, rotation, encoded == null ? null : encoded.with(in[1]), through);
        return normalized(through(one, x, encoded == null ? null : encoded.states(), pass));
    }

    private interface OneLayer {
        /** @param in x and, unless the decoder stands alone, what the encoder read */
        Variable apply(DecoderLayer layer, Variable... in);
    }

    private Variable through(OneLayer one, Variable input, @Nullable Variable read, Pass pass) {
        Variable x = input;
        for (DecoderLayer layer : layers) {
            Function<Variable[], Variable> apply = in -> one.apply(layer, in);
            x = read == null ? pass.layer(apply, x) : pass.layer(apply, x, read);
        }
        return x;
    }

    /** The mask of the keys that neither the future nor padding hides; null where nothing hides any. */
    private static @Nullable Tensor visible(@Nullable Tensor past, @Nullable Tensor symbolsOnly) {
        if (past == null || symbolsOnly == null) {
            return past == null ? symbolsOnly : past;
        }
        return past.times(symbolsOnly);
    }

    private static int rows(@Nullable Variable extra) {
        return extra == null ? 0 : extra.shape().dim(1);
    }

    private @Nullable Rotation rotation(Places places) {
        Tensor ofRows = places.ofRows();
        if (rotary == null) {
            return null;
        }
        return ofRows == null ? rotary.of(places.from(), places.count()) : rotary.at(ofRows, places.end());
    }

    /** A decoding of a batch with nothing written. Its tensors come from the open scope and must outlive the steps. */
    State start(int batch, @Nullable Encoded encoded, Pass pass) {
        requireEncoded(encoded);
        List<DecoderLayer.Cache> caches = new ArrayList<>();
        layers.forEach(layer -> caches.add(layer.start(batch, encoded, pass)));
        return new State(batch, caches, pass);
    }

    /** Where a decoding stands: what the layers remember, how many places are written, and which are padding. */
    static final class State {
        private final int batch;
        private final List<DecoderLayer.Cache> caches;
        private final Pass pass;
        private Padding padding = Padding.NONE;
        private int written;

        private State(int batch, List<DecoderLayer.Cache> caches, Pass pass) {
            this.batch = batch;
            this.caches = caches;
            this.pass = pass;
        }

        /** How many symbols in front of each row are padding, before anything is written. */
        void padding(int... ofRows) {
            padding = Padding.of(batch, ofRows);
        }

        void reorder(Tensor rows) {
            caches.forEach(cache -> cache.reorder(rows));
            padding = padding.reordered(rows);
        }
    }

    /** States [B, T, C] of the next places ids I64 [B, T]; the same numbers as {@link #apply} gives for all at once. */
    Variable step(Tensor ids, State state) {
        ShapeMismatch.require(path(), "the next ids", ids.shape().with(0, state.batch), ids.shape());
        Variable extra = state.written == 0 ? input.extraRows(state.batch, state.pass) : null;
        int symbols = ids.shape().dim(1);
        int end = state.written + symbols + rows(extra);
        state.padding = state.padding.behind(rows(extra));
        Places places = state.padding.places(ids.backend(), state.written, end);
        Variable x = input.apply(ids, null, extra, places, state.pass);
        Tensor past = places.count() == 1 ? null : causal.of(places.count(), end);
        Tensor visible = visible(past, state.padding.mask(x.data(), end));
        Rotation rotation = rotation(places);
        for (int i = 0; i < layers.size(); i++) {
            x = layers.get(i).step(x, visible, rotation, state.caches.get(i), state.pass);
        }
        state.written = end;
        return finish(x, symbols);
    }

    /** The last norm of a pre-norm stack, over the symbols alone. */
    private Variable finish(Variable x, int symbols) {
        int places = x.shape().dim(1);
        Variable ofSymbols = symbols == places ? x : Slice.slice(x, 1, places - symbols, places);
        return normalized(ofSymbols);
    }

    private Variable normalized(Variable x) {
        return lastNorm == null ? x : lastNorm.apply(x);
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
