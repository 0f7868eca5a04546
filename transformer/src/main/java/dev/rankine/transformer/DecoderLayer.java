package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.ResidualSite.Sublayer;
import dev.rankine.transformer.site.Sites;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Causal self-attention, attention to what the encoder read (unless the decoder stands alone) and a feed-forward
 * sublayer, each with its residual.
 */
public final class DecoderLayer extends Module {
    private static final Layout.Sublayer CROSS = new Layout.Sublayer("encoder_attn", "encoder_attn_layer_norm");

    private final MultiHeadAttention selfAttention;
    private final Residual selfResidual;
    private final @Nullable Cross cross;
    private final FeedForward feedForward;
    private final Residual feedForwardResidual;

    /** The attention to the encoder's states and its residual. */
    private record Cross(MultiHeadAttention attention, Residual residual) {}

    public DecoderLayer(String path, boolean crossAttention, TransformerSettings settings, Weights weights) {
        super(path);
        TransformerSettings.Stack stack = settings.decoder();
        Layout names = settings.form().layout();
        selfAttention = child(new MultiHeadAttention(path(names.attention().path()), stack, settings, weights));
        selfResidual = child(new Residual(path, Sublayer.ATTENTION, names.attention(), settings, weights));
        cross = crossAttention
                ? new Cross(
                        child(new MultiHeadAttention(path(CROSS.path()), stack, settings, weights)),
                        child(new Residual(path, Sublayer.ATTENTION, CROSS, settings, weights)))
                : null;
        feedForward = child(new FeedForward(path, stack.feedForward(), settings, weights));
        feedForwardResidual = child(new Residual(path, Sublayer.FEED_FORWARD, names.feedForward(), settings, weights));
    }

    /**
     * x[B, T, C] to [B, T, C], every place at once.
     *
     * @param mask 1 to see, 0 to hide, broadcasting to [B, H, T, T]
     * @param rotation the angles of the places, where they are turned
     * @param encoded what the encoder read; null for a decoder that stands alone
     */
    Variable apply(
            Variable x, @Nullable Tensor mask, @Nullable Rotation rotation, @Nullable Encoded encoded, Pass pass) {
        KeysValues read = cross == null || encoded == null ? null : cross.attention.read(encoded.states(), pass);
        return through(h -> selfAttention.self(h, mask, rotation, pass), x, read, encoded, pass);
    }

    /**
     * Packed rows x[N, C] to [N, C].
     *
     * @param mask [T, T] for the longest sequence
     * @param encoded what the encoder read of the same examples; null for a decoder that stands alone
     */
    Variable packed(Variable x, Tensor mask, @Nullable Rotation rotation, Encoded.@Nullable Packed encoded, Pass pass) {
        UnaryOperator<Variable> found =
                cross == null || encoded == null ? null : h -> cross.attention.packed(h, encoded, pass);
        return through(h -> selfAttention.self(h, mask, rotation, pass), found, x, pass);
    }

    boolean takesPacked() {
        return selfAttention.takesPacked() && (cross == null || cross.attention.takesPacked());
    }

    /** The place of this layer in a decoding: an empty cache behind the adapter's rows, and the keys and values of what the encoder read. */
    Cache start(int batch, @Nullable Encoded encoded, Pass pass) {
        AttentionCache written = new AttentionCache();
        KeysValues extra = selfAttention.extra(batch, pass);
        if (extra != null) {
            written.append(extra);
        }
        return new Cache(
                written,
                cross == null || encoded == null ? null : cross.attention.read(encoded.states(), pass),
                encoded);
    }

    /** The next places x[B, T, C] of a decoding; the mask covers the places written so far and these. */
    Variable step(Variable x, @Nullable Tensor mask, @Nullable Rotation rotation, Cache cache, Pass pass) {
        UnaryOperator<Variable> self = h -> {
            MultiHeadAttention.Own own = selfAttention.own(h, rotation, pass);
            return selfAttention.found(own.query(), cache.written.append(own.keysValues()), mask, pass);
        };
        return through(self, x, cache.read, cache.encoded, pass);
    }

    /** What one layer remembers of a decoding. */
    record Cache(
            AttentionCache written,
            @Nullable KeysValues read,
            @Nullable Encoded encoded) {
        /** Row b becomes what row {@code rows[b]} was; beams of one source keep to their source. */
        void reorder(Tensor rows) {
            written.reorder(rows);
        }
    }

    private Variable through(
            UnaryOperator<Variable> self, Variable x, @Nullable KeysValues read, @Nullable Encoded encoded, Pass pass) {
        UnaryOperator<Variable> found = cross == null || read == null || encoded == null
                ? null
                : h -> cross.attention.attend(h, read, encoded.keyMask(), pass);
        return through(self, found, x, pass);
    }

    /** @param found what the rows find in what the encoder read; null for a decoder that stands alone */
    private Variable through(
            UnaryOperator<Variable> self, @Nullable UnaryOperator<Variable> found, Variable x, Pass pass) {
        Variable attended = selfResidual.around(self, x, pass);
        if (cross != null && found != null) {
            attended = cross.residual.around(found, attended, pass);
        }
        return feedForwardResidual.around(h -> feedForward.apply(h, pass), attended, pass);
    }

    public Sites sites() {
        List<Sites> parts = new ArrayList<>(List.of(selfAttention.sites(), selfResidual.sites()));
        if (cross != null) {
            parts.add(cross.attention.sites());
            parts.add(cross.residual.sites());
        }
        parts.add(feedForward.sites());
        parts.add(feedForwardResidual.sites());
        return Sites.join(parts);
    }
}
