package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Attention;
import dev.rankine.autograd.op.Concatenate;
import dev.rankine.autograd.op.Permute;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.KeyValueSite;
import dev.rankine.transformer.site.Sites;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2): each of H heads lets the queries of x see the keys and
 * values of a source (x itself, or what the encoder read) through projections of its own, of width D = C / H.
 *
 * <p>The rows that an adapter puts in front of the keys and values are seen by every query.
 */
public final class MultiHeadAttention extends Module {
    private final int heads;
    private final int headWidth;
    private final LinearLayer query;
    private final LinearLayer key;
    private final LinearLayer value;
    private final LinearLayer out;
    private final KeyValueSite keyValueSite;
    private final double dropout;
    private final long stream;

    public MultiHeadAttention(String path, int heads, TransformerSettings settings, Weights weights) {
        super(path);
        this.heads = heads;
        headWidth = settings.width() / heads;
        Layout.Projections names = settings.form().layout().projections();
        key = projection(names.key(), settings, weights);
        value = projection(names.value(), settings, weights);
        query = projection(names.query(), settings, weights);
        out = projection(names.out(), settings, weights);
        keyValueSite = new KeyValueSite(path, heads, headWidth);
        dropout = settings.dropout().attention();
        stream = Pass.stream(path("attention_dropout"));
    }

    private LinearLayer projection(String name, TransformerSettings settings, Weights weights) {
        int width = settings.width();
        return child(new LinearLayer(path(name), width, width, settings.initStd(), weights));
    }

    /**
     * What x[B, T, C] finds in source[B, S, C]: [B, T, C].
     *
     * @param mask 1 to see, 0 to hide, broadcasting to [B, H, T, S]; null sees all
     */
    public Variable apply(Variable x, Variable source, @Nullable Tensor mask, Pass pass) {
        return attend(x, read(source, pass), mask, pass);
    }

    /** The keys and values of source[B, S, C] behind the rows of an adapter. */
    KeysValues read(Variable source, Pass pass) {
        KeysValues own = project(source, pass);
        KeysValues extra = extra(source.shape().dim(0), pass);
        return extra == null
                ? own
                : new KeysValues(
                        Concatenate.concatenate(2, extra.keys(), own.keys()),
                        Concatenate.concatenate(2, extra.values(), own.values()));
    }

    /** The keys and values of source[B, S, C] alone. */
    KeysValues project(Variable source, Pass pass) {
        return new KeysValues(split(key.apply(source, pass)), split(value.apply(source, pass)));
    }

    /** The rows of an adapter, null for none. */
    @Nullable
    KeysValues extra(int batch, Pass pass) {
        KeyValueSite.Extra extra = keyValueSite.extra(batch, pass);
        return extra == null ? null : new KeysValues(extra.keys(), extra.values());
    }

    /** What x[B, T, C] finds in keys and values that were read before; the mask covers the last of them. */
    Variable attend(Variable x, KeysValues seen, @Nullable Tensor mask, Pass pass) {
        Tensor all = mask == null
                ? null
                : AttentionMasks.behind(seen.places() - mask.shape().dim(-1), mask);
        Variable found = Attention.attention(
                split(query.apply(x, pass)),
                seen.keys(),
                seen.values(),
                all,
                1 / Math.sqrt(headWidth),
                pass.dropout(dropout, stream));
        return out.apply(merge(found), pass);
    }

    /** [B, T, C] as [B, H, T, D]. */
    private Variable split(Variable x) {
        Shape split = Shape.of(x.shape().dim(0), x.shape().dim(1), heads, headWidth);
        return Permute.transpose(Reshape.reshape(x, split), 1, 2);
    }

    /** [B, H, T, D] as [B, T, C]. */
    private Variable merge(Variable x) {
        Shape merged = Shape.of(x.shape().dim(0), x.shape().dim(2), heads * headWidth);
        return Reshape.reshape(Permute.transpose(x, 1, 2), merged);
    }

    public Sites sites() {
        return Sites.join(List.of(
                Sites.of(query.site(), key.site(), value.site()), Sites.of(keyValueSite), Sites.of(out.site())));
    }
}
