package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The stack that reads: every place sees every other that is not padding. */
public final class Encoder extends Module {
    private final InputLayer input;
    private final List<EncoderLayer> layers = new ArrayList<>();
    private final @Nullable Normalization lastNorm;

    /**
     * @param tokens owned by the model, which may share it with a decoder
     * @param tokenTypes how many kinds of symbols the stack tells apart, 0 for none
     */
    public Encoder(String path, TokenEmbedding tokens, int tokenTypes, TransformerSettings settings, Weights weights) {
        super(path);
        if (settings.form().positions() instanceof PositionKind.Rotary) {
            throw new IllegalArgumentException(
                    path + ": an encoder has no rotary positions, only a decoder that stands alone");
        }
        Layout.InStack names = settings.form().layout().stack();
        input = child(new InputLayer(path, tokens, tokenTypes, settings, weights));
        for (int i = 0; i < settings.encoder().layers(); i++) {
            layers.add(child(new EncoderLayer(path(names.layers() + "." + i), settings, weights)));
        }
        lastNorm = settings.form().norms() == NormOrder.PRE
                ? child(Normalization.of(path(names.requireLastNorm()), settings, weights))
                : null;
    }

    /**
     * @param ids I64 [B, S]
     * @param mask [B, S]: 1 on symbols, 0 on padding
     * @param types I64 [B, S], the kind of each symbol; null where all are of kind 0, or there are no kinds
     */
    public Encoded apply(Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        Encoded input = input(ids, mask, types, pass);
        Variable read = through(layers, input.states(), input.keyMask(), pass);
        return new Encoded(normalized(read), input.mask());
    }

    /** How {@link #packed} may read a batch; null where it may not. */
    @Nullable
    Packing packing(Tensor ids, Tensor mask) {
        return Packing.isPossible(ids, mask) && takesPacked() ? Packing.seen(mask) : null;
    }

    private boolean takesPacked() {
        return !input.hasExtraRows() && layers.stream().allMatch(EncoderLayer::takesPacked);
    }

    /** The states [N, C] of symbols alone, the same numbers as {@link #apply} gives. */
    Encoded.Packed packed(Packing packing, Tensor ids, @Nullable Tensor types, Pass pass) {
        Encoded.Packed read = through(layers, packing, ids, types, pass);
        return read.with(normalized(read.states()));
    }

    /**
     * The state [B, C] of the first symbol, the one that classifiers read. Of all other places the last layer makes keys
     * and values only, for nobody sees more of them. What is read is described at {@link #apply}.
     */
    public Variable first(Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        Packing packing = packing(ids, mask);
        if (packing != null && packing.spares() && packing.hasFirstPlaces()) {
            return first(packing, ids, types, pass);
        }
        Encoded input = input(ids, mask, types, pass);
        Tensor keys = input.keyMask();
        Variable read = through(layers.subList(0, layers.size() - 1), input.states(), keys, pass);
        int place = read.shape().dim(1) - ids.shape().dim(1);
        EncoderLayer last = layers.getLast();
        Variable state = normalized(pass.layer(in -> last.at(place, in[0], keys, pass), read));
        return Reshape.reshape(
                state, Shape.of(state.shape().dim(0), state.shape().dim(2)));
    }

    private Variable first(Packing packing, Tensor ids, @Nullable Tensor types, Pass pass) {
        Encoded.Packed read = through(layers.subList(0, layers.size() - 1), packing, ids, types, pass);
        Packing firsts = packing.firsts();
        Pass ofFirsts = pass.through(firsts);
        EncoderLayer last = layers.getLast();
        return normalized(ofFirsts.layer(in -> last.first(firsts, read.with(in[0]), ofFirsts), read.states()));
    }

    private Encoded.Packed through(
            List<EncoderLayer> layers, Packing packing, Tensor ids, @Nullable Tensor types, Pass pass) {
        Pass through = pass.through(packing);
        Tensor kinds = types == null ? null : packing.of(types);
        Variable x = input.apply(packing.of(ids), kinds, null, packing.places(), through);
        return new Encoded.Packed(through(layers, x, null, through), packing, through);
    }

    /** The embedded symbols, behind the rows that an adapter puts in front. */
    private Encoded input(Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        ShapeMismatch.require(path(), "the mask", ids.shape(), mask.shape());
        Variable extra = input.extraRows(ids.shape().dim(0), pass);
        int rows = extra == null ? 0 : extra.shape().dim(1);
        Places places = Places.between(0, rows + ids.shape().dim(1));
        Variable x = input.apply(ids, types, extra, places, pass);
        return new Encoded(
                x, AttentionMasks.behind(rows, mask.in("mask", x.data().dtype())));
    }

    private static Variable through(List<EncoderLayer> layers, Variable input, @Nullable Tensor keys, Pass pass) {
        Variable x = input;
        for (EncoderLayer layer : layers) {
            x = pass.layer(in -> layer.apply(in[0], keys, pass), x);
        }
        return x;
    }

    private Variable normalized(Variable x) {
        return lastNorm == null ? x : lastNorm.apply(x);
    }

    public Sites sites() {
        List<Sites> parts = new ArrayList<>(List.of(Sites.of(input.site())));
        layers.forEach(layer -> parts.add(layer.sites()));
        return Sites.join(parts);
    }
}
