package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Attention;
import dev.rankine.autograd.op.Concatenate;
import dev.rankine.autograd.op.Permute;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.SequenceAttention;
import dev.rankine.tensor.SequenceForm;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.site.KeyValueSite;
import dev.rankine.transformer.site.Sites;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2): each of H heads lets the queries of x see the keys and
 * values of a source (x itself, or what the encoder read) through projections of its own, of width D = C / H. With fewer
 * heads K of keys and values, H / K heads of queries share each (Ainslie et al. 2023, "GQA").
 *
 * <p>The rows that an adapter puts in front of the keys and values are seen by every query.
 */
public final class MultiHeadAttention extends Module {
    private final int heads;
    private final int keyValueHeads;
    private final int headWidth;
    private final Projections projections;
    private final LinearLayer out;
    private final KeyValueSite keyValueSite;
    private final double dropout;
    private final long stream;

    /** With keys and values for every head. */
    public MultiHeadAttention(String path, int heads, TransformerSettings settings, Weights weights) {
        this(path, new Stack(1, heads, 1), settings, weights);
    }

    /** @param stack says how many heads there are */
    public MultiHeadAttention(String path, Stack stack, TransformerSettings settings, Weights weights) {
        super(path);
        heads = stack.heads();
        keyValueHeads = stack.keyValueHeads();
        int width = settings.width();
        headWidth = width / heads;
        Layout layout = settings.form().layout();
        projections = child(Projections.of(path, stack, settings, weights));
        String outPath = path(layout.projections().out());
        out = child(new LinearLayer(outPath, width, width, settings.initStd(), layout.style(), weights));
        keyValueSite = new KeyValueSite(path, keyValueHeads, headWidth);
        dropout = settings.dropout().attention();
        stream = Pass.stream(path("attention_dropout"));
    }

    /**
     * What x[B, T, C] finds in source[B, S, C]: [B, T, C].
     *
     * @param mask 1 to see, 0 to hide, broadcasting to [B, H, T, S]; null sees all
     */
    public Variable apply(Variable x, Variable source, @Nullable Tensor mask, Pass pass) {
        return attend(x, read(source, pass), mask, pass);
    }

    /**
     * What x[B, T, C] finds in itself, or within the sequences of packed rows x[N, C] with a mask [T, T]; the rotation, if
     * any, tells its places apart.
     */
    Variable self(Variable x, @Nullable Tensor mask, @Nullable Rotation rotation, Pass pass) {
        Packing packing = pass.packing();
        if (packing != null) {
            return within(packing, projections.all(x, pass), rotation, mask, pass);
        }
        Own own = own(x, rotation, pass);
        return found(own.query, behindExtra(own.keysValues, pass), mask, pass);
    }

    /** Queries [B, H, T, D] of some rows, and their own keys and values. */
    record Own(Variable query, KeysValues keysValues) {}

    Own own(Variable x, @Nullable Rotation rotation, Pass pass) {
        Projections.QueryKeyValue all = projections.all(x, pass);
        Variable query = split(all.query(), heads);
        KeysValues keysValues = split(all.keyValue());
        return rotation == null
                ? new Own(query, keysValues)
                : new Own(
                        rotation.apply(query), new KeysValues(rotation.apply(keysValues.keys()), keysValues.values()));
    }

    /** The keys and values of source[B, S, C] behind the rows of an adapter. */
    KeysValues read(Variable source, Pass pass) {
        return behindExtra(split(projections.keyValue(source, pass)), pass);
    }

    private KeysValues behindExtra(KeysValues own, Pass pass) {
        KeysValues extra = extra(own.keys().shape().dim(0), pass);
        return extra == null
                ? own
                : new KeysValues(
                        Concatenate.concatenate(2, extra.keys(), own.keys()),
                        Concatenate.concatenate(2, extra.values(), own.values()));
    }

    /** The rows of an adapter, null for none. */
    @Nullable
    KeysValues extra(int batch, Pass pass) {
        KeyValueSite.Extra extra = keyValueSite.extra(batch, pass);
        return extra == null ? null : new KeysValues(extra.keys(), extra.values());
    }

    /** What x[B, T, C] finds in keys and values that were read before; the mask covers the last of them. */
    Variable attend(Variable x, KeysValues seen, @Nullable Tensor mask, Pass pass) {
        return found(split(projections.query(x, pass), heads), seen, mask, pass);
    }

    /** What queries [B, H, T, D] find: [B, T, C]. */
    Variable found(Variable query, KeysValues seen, @Nullable Tensor mask, Pass pass) {
        Shape ofHeads = query.shape();
        int sharing = heads / keyValueHeads;
        Tensor all = mask == null
                ? null
                : AttentionMasks.behind(seen.places() - mask.shape().dim(-1), mask);
        // heads that share keys are further queries of one head
        Variable queries = sharing == 1
                ? query
                : Reshape.reshape(query, Shape.of(ofHeads.dim(0), keyValueHeads, sharing * ofHeads.dim(2), headWidth));
        Variable found = Attention.attention(
                queries,
                seen.keys(),
                seen.values(),
                all == null || sharing == 1 ? all : AttentionMasks.shared(all, keyValueHeads, sharing),
                1 / Math.sqrt(headWidth),
                pass.dropoutOfExamples(dropout, stream));
        return out.apply(merge(sharing == 1 ? found : Reshape.reshape(found, ofHeads)), pass);
    }

    /** Whether rows may come packed: an adapter puts nothing in front of the keys, and each head has its own. */
    boolean takesPacked() {
        return !keyValueSite.isOccupied() && heads == keyValueHeads;
    }

    /** What the rows x[N, C] of a packed pass find in packed rows of the same examples. */
    Variable packed(Variable x, Encoded.Packed source, Pass pass) {
        Variable query = projections.query(x, pass);
        Projections.KeyValue keyValue = projections.keyValue(source.states(), source.through());
        return within(source.packing(), new Projections.QueryKeyValue(query, keyValue), null, null, pass);
    }

    private Variable within(
            Packing keys,
            Projections.QueryKeyValue rows,
            @Nullable Rotation rotation,
            @Nullable Tensor mask,
            Pass pass) {
        SequenceForm form = new SequenceForm(
                Objects.requireNonNull(pass.packing()).sequences(),
                keys.sequences(),
                heads,
                1 / Math.sqrt(headWidth),
                mask,
                pass.dropoutOfExamples(dropout, stream));
        Variable query = turned(rows.query(), rotation);
        Variable key = turned(rows.keyValue().key(), rotation);
        return out.apply(SequenceAttention.attention(query, key, rows.keyValue().value(), form), pass);
    }

    private Variable turned(Variable rows, @Nullable Rotation rotation) {
        if (rotation == null) {
            return rows;
        }
        Shape ofHeads = Shape.of(rows.shape().dim(0), heads, headWidth);
        return Reshape.reshape(rotation.apply(Reshape.reshape(rows, ofHeads)), rows.shape());
    }

    private KeysValues split(Projections.KeyValue rows) {
        return new KeysValues(split(rows.key(), keyValueHeads), split(rows.value(), keyValueHeads));
    }

    /** [B, T, H D] as [B, H, T, D]. */
    private Variable split(Variable x, int into) {
        Shape split = Shape.of(x.shape().dim(0), x.shape().dim(1), into, headWidth);
        return Permute.transpose(Reshape.reshape(x, split), 1, 2);
    }

    /** [B, H, T, D] as [B, T, C]. */
    private Variable merge(Variable x) {
        Shape merged = Shape.of(x.shape().dim(0), x.shape().dim(2), heads * headWidth);
        return Reshape.reshape(Permute.transpose(x, 1, 2), merged);
    }

    public Sites sites() {
        return Sites.join(List.of(projections.sites(), Sites.of(keyValueSite), Sites.of(out.site())));
    }
}
