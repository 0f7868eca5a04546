package dev.rankine.tensor;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.jspecify.annotations.Nullable;

/** Attention of every back-end that is ready here, against the reference and against its own default body. */
@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class AttentionParityPropertyTest {
    /** How the mask of attention hides. */
    enum Mask {
        NOTHING,
        PADDING,
        CAUSAL,
        ANYTHING
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void attention(
            @ForAll @IntRange(min = 1, max = 3) int b,
            @ForAll @IntRange(max = 20) int t,
            @ForAll @IntRange(max = 35) int s,
            @ForAll @IntRange(min = 1, max = 19) int d,
            @ForAll Mask kind,
            @ForAll boolean dropped,
            @ForAll long seed) {
        FusedParityPropertyTest.check(seed, samples -> attended(samples, b, t, s, d, d, kind, dropped));
    }

    /** Heads that take several panels, values of another width than keys, several blocks of queries. */
    @Property(tries = 25, edgeCases = EdgeCasesMode.NONE)
    void attentionOfAModel(
            @ForAll @IntRange(min = 1, max = 150) int t,
            @ForAll @IntRange(min = 1, max = 150) int s,
            @ForAll @IntRange(min = 20, max = 140) int d,
            @ForAll @IntRange(min = 20, max = 140) int width,
            @ForAll Mask kind,
            @ForAll boolean dropped,
            @ForAll long seed) {
        FusedParityPropertyTest.check(
                FusedParityPropertyTest.LONG_SUMS,
                seed,
                samples -> attended(samples, 1, t, s, d, width, kind, dropped));
    }

    /** So wide that packed rows go on in another run. */
    @Example
    void attentionOfWideHeads() {
        FusedParityPropertyTest.check(
                FusedParityPropertyTest.LONG_SUMS,
                1,
                samples -> attended(samples, 1, 7, 5, 801, 790, Mask.PADDING, true));
    }

    /** So many keys that the queries are cut into blocks. */
    @Property(tries = 12, edgeCases = EdgeCasesMode.NONE)
    void attentionInBlocks(
            @ForAll @IntRange(min = 30, max = 70) int t,
            @ForAll @IntRange(min = 900, max = 1100) int s,
            @ForAll Mask kind,
            @ForAll boolean dropped,
            @ForAll long seed) {
        FusedParityPropertyTest.check(
                FusedParityPropertyTest.LONG_SUMS, seed, samples -> attended(samples, 1, t, s, 5, 5, kind, dropped));
    }

    /** Sequences of different lengths, some of them empty, as rows without padding. */
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void sequences(
            @ForAll @Size(max = 5) List<@IntRange(max = 20) Integer> queries,
            @ForAll @IntRange(max = 35) int mostKeys,
            @ForAll @IntRange(min = 1, max = 14) int heads,
            @ForAll @IntRange(min = 1, max = 19) int d,
            @ForAll @IntRange(min = 1, max = 19) int width,
            @ForAll boolean masked,
            @ForAll boolean dropped,
            @ForAll boolean joint,
            @ForAll long seed) {
        FusedParityPropertyTest.check(seed, samples -> {
            int[] lengths = queries.stream().mapToInt(Integer::intValue).toArray();
            int[] keys = new int[lengths.length];
            Arrays.setAll(keys, i -> samples.random().nextInt(mostKeys + 1));
            Sequences ofQueries = Sequences.of(lengths);
            Sequences ofKeys = Sequences.of(keys);
            Shape square = Shape.of(ofQueries.longest() + 2, ofKeys.longest() + 1);
            SequenceForm form = new SequenceForm(
                    ofQueries,
                    ofKeys,
                    heads,
                    0.4,
                    masked ? samples.mask(DType.F32, square, Layout.ROW_MAJOR) : null,
                    dropped ? new Backend.Dropout(0.3, samples.draw(lengths.length)) : null);
            return attended(samples, form, d, joint ? d : width, joint);
        });
    }

    /** @param joint whether keys and values are parts of the same rows, as one product makes them */
    private static List<Tensor> attended(Samples samples, SequenceForm form, int d, int width, boolean joint) {
        Backend backend = samples.backend();
        int n = form.queries().rows();
        int m = form.keys().rows();
        int h = form.heads();
        Tensor q = samples.of(DType.F32, Shape.of(n, h * d), Layout.ROW_MAJOR);
        Tensor both = samples.of(DType.F32, Shape.of(m, h * (d + width)), Layout.ROW_MAJOR);
        Tensor k = joint ? both.slice(1, 0, h * d) : samples.of(DType.F32, Shape.of(m, h * d), Layout.ROW_MAJOR);
        Tensor v = joint
                ? both.slice(1, h * d, h * (d + width))
                : samples.of(DType.F32, Shape.of(m, h * width), Layout.ROW_MAJOR);
        Tensor dOut = samples.of(DType.F32, Shape.of(n, h * width), Layout.ROW_MAJOR);
        Tensor out = samples.room(DType.F32, dOut.shape());
        Tensor saved = samples.room(DType.F32, backend.sequenceAttentionSaves(form));
        Tensor dQ = samples.room(DType.F32, q.shape());
        Tensor dK = samples.room(DType.F32, k.shape());
        Tensor dV = samples.room(DType.F32, v.shape());
        backend.sequenceAttention(form, q, k, v, out, saved);
        backend.sequenceAttentionBackward(form, q, k, v, saved, dOut, dQ, dK, dV);
        return List.of(out, dQ, dK, dV);
    }

    private static List<Tensor> attended(
            Samples samples, int b, int t, int s, int d, int width, Mask kind, boolean dropped) {
        Backend backend = samples.backend();
        Shape square = Shape.of(b, 2, t, s);
        Tensor q = heads(samples, b, t, d);
        Tensor k = heads(samples, b, s, d);
        Tensor v = heads(samples, b, s, width);
        Tensor dOut = heads(samples, b, t, width);
        Tensor mask = mask(samples, kind, square);
        Backend.Dropout dropout = dropped ? new Backend.Dropout(0.3, samples.draw(b)) : null;
        Tensor out = samples.room(DType.F32, Shape.of(b, 2, t, width));
        Tensor saved = samples.room(DType.F32, backend.attentionSaves(square));
        Tensor dQ = samples.room(DType.F32, q.shape());
        Tensor dK = samples.room(DType.F32, k.shape());
        Tensor dV = samples.room(DType.F32, v.shape());
        backend.attention(q, k, v, mask, 0.4, dropout, out, saved);
        backend.attentionBackward(q, k, v, mask, saved, 0.4, dropout, dOut, dQ, dK, dV);
        return List.of(out, dQ, dK, dV);
    }

    /** [B, H, T, D] as a transformer makes it: split from [B, T, H D] and transposed. */
    private static Tensor heads(Samples samples, int b, int t, int d) {
        return samples.of(DType.F32, Shape.of(b, t, 2, d), Layout.ROW_MAJOR).transpose(1, 2);
    }

    private static @Nullable Tensor mask(Samples samples, Mask kind, Shape square) {
        int t = square.dim(2);
        int s = square.dim(3);
        return switch (kind) {
            case NOTHING -> null;
            case PADDING ->
                samples.mask(DType.F32, Shape.of(square.dim(0), 1, 1, s), Layout.ROW_MAJOR)
                        .expand(square);
            case CAUSAL -> {
                Tensor mask = Tensor.zeros(samples.backend(), DType.F32, Shape.of(t, s));
                for (int row = 0; row < t; row++) {
                    samples.backend().fill(mask.slice(0, row, row + 1).slice(1, 0, Math.min(s, row + 1)), 1);
                }
                yield mask.expand(square);
            }
            case ANYTHING -> samples.mask(DType.F32, square, Layout.ROW_MAJOR);
        };
    }
}
