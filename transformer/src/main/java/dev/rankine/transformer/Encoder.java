package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
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
        ShapeMismatch.require(path(), "the mask", ids.shape(), mask.shape());
        Variable extra = input.extraRows(ids.shape().dim(0), pass);
        int rows = extra == null ? 0 : extra.shape().dim(1);
        Places places = Places.between(0, rows + ids.shape().dim(1));
        Variable x = input.apply(ids, types, extra, places, pass);
        Tensor visible = AttentionMasks.behind(rows, AttentionMasks.in(x.data().dtype(), mask));
        Tensor keys = AttentionMasks.ofKeys(visible);
        for (EncoderLayer layer : layers) {
            x = pass.layer(in -> layer.apply(in[0], keys, pass), x);
        }
        return new Encoded(lastNorm == null ? x : lastNorm.apply(x), visible);
    }

    public Sites sites() {
        List<Sites> parts = new ArrayList<>(List.of(Sites.of(input.site())));
        layers.forEach(layer -> parts.add(layer.sites()));
        return Sites.join(parts);
    }
}
