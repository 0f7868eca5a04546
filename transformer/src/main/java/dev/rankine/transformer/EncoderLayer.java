package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Slice;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.ResidualSite.Sublayer;
import dev.rankine.transformer.site.Sites;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Self-attention and a feed-forward sublayer, each with its residual. */
public final class EncoderLayer extends Module {
    private final MultiHeadAttention selfAttention;
    private final Residual selfResidual;
    private final FeedForward feedForward;
    private final Residual feedForwardResidual;

    public EncoderLayer(String path, TransformerSettings settings, Weights weights) {
        super(path);
        TransformerSettings.Stack stack = settings.encoder();
        Layout names = settings.form().layout();
        selfAttention = child(new MultiHeadAttention(path(names.attention().path()), stack, settings, weights));
        selfResidual = child(new Residual(path, Sublayer.ATTENTION, names.attention(), settings, weights));
        feedForward = child(new FeedForward(path, stack.feedForward(), settings, weights));
        feedForwardResidual = child(new Residual(path, Sublayer.FEED_FORWARD, names.feedForward(), settings, weights));
    }

    /**
     * x[B, S, C] to [B, S, C], or packed rows [N, C] to [N, C].
     *
     * @param mask 1 to see, 0 to hide, broadcasting to [B, H, S, S]; null sees all, as packed rows do
     */
    public Variable apply(Variable x, @Nullable Tensor mask, Pass pass) {
        Variable attended = selfResidual.around(h -> selfAttention.self(h, mask, null, pass), x, pass);
        return feedForwardResidual.around(h -> feedForward.apply(h, pass), attended, pass);
    }

    /**
     * x[B, S, C] to [B, 1, C]: what {@link #apply} makes of one place, from keys and values of all.
     *
     * @param mask broadcasting to [B, H, 1, S]
     */
    Variable at(int place, Variable x, @Nullable Tensor mask, Pass pass) {
        Variable one = Slice.slice(x, 1, place, place + 1);
        Variable attended = selfResidual.around((h, all) -> selfAttention.apply(h, all, mask, pass), one, x, pass);
        return feedForwardResidual.around(h -> feedForward.apply(h, pass), attended, pass);
    }

    /**
     * Packed rows [N, C] to [B, C]: what {@link #apply} makes of the first of each sequence, from keys and values of all.
     *
     * @param pass through the first rows
     */
    Variable first(Packing firsts, Encoded.Packed all, Pass pass) {
        Variable one = all.packing().at(firsts, all.states());
        Variable attended = selfResidual.around(
                (h, rows) -> selfAttention.packed(h, all.with(rows), pass), one, all.states(), pass);
        return feedForwardResidual.around(h -> feedForward.apply(h, pass), attended, pass);
    }

    boolean takesPacked() {
        return selfAttention.takesPacked();
    }

    public Sites sites() {
        return Sites.join(
                List.of(selfAttention.sites(), selfResidual.sites(), feedForward.sites(), feedForwardResidual.sites()));
    }
}
