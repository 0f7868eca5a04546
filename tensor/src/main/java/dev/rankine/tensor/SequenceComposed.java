package dev.rankine.tensor;

import org.jspecify.annotations.Nullable;

/** Attention within sequences as one attention after the other. */
final class SequenceComposed {
    private final Backend backend;
    private final SequenceForm form;

    SequenceComposed(Backend backend, SequenceForm form) {
        this.backend = backend;
        this.form = form;
    }

    /** How many numbers all sequences save together. */
    static Shape saves(Backend backend, SequenceForm form) {
        long size = 0;
        for (int i = 0; i < form.queries().count(); i++) {
            size += backend.attentionSaves(form.scores(i)).size();
        }
        return Shape.of(Math.toIntExact(size));
    }

    void forward(Tensor q, Tensor k, Tensor v, Tensor out, Tensor saved) {
        Parts parts = new Parts(saved);
        for (int i = 0; i < form.queries().count(); i++) {
            Tensor ownQ = of(form.queries(), i, q);
            Tensor ownK = of(form.keys(), i, k);
            Tensor ownV = of(form.keys(), i, v);
            Tensor ownOut = of(form.queries(), i, out);
            Tensor ownSaved = parts.next(backend.attentionSaves(form.scores(i)));
            Tensor found = out.result("attention", ownOut.shape());
            backend.attention(ownQ, ownK, ownV, mask(i), form.scale(), dropout(i), found, ownSaved);
            backend.copy(found, ownOut);
        }
    }

    void backward(Tensor q, Tensor k, Tensor v, Tensor saved, Tensor dOut, Tensor dQ, Tensor dK, Tensor dV) {
        Parts parts = new Parts(saved);
        for (int i = 0; i < form.queries().count(); i++) {
            Tensor ownQ = of(form.queries(), i, q);
            Tensor ownK = of(form.keys(), i, k);
            Tensor ownV = of(form.keys(), i, v);
            Tensor ownSaved = parts.next(backend.attentionSaves(form.scores(i)));
            Tensor ownDOut = of(form.queries(), i, dOut);
            Tensor madeQ = dQ.result("attention", ownQ.shape());
            Tensor madeK = dK.result("attention", ownK.shape());
            Tensor madeV = dV.result("attention", ownV.shape());
            backend.attentionBackward(
                    ownQ, ownK, ownV, mask(i), ownSaved, form.scale(), dropout(i), ownDOut, madeQ, madeK, madeV);
            backend.copy(madeQ, of(form.queries(), i, dQ));
            backend.copy(madeK, of(form.keys(), i, dK));
            backend.copy(madeV, of(form.keys(), i, dV));
        }
    }

    /** What each sequence saved, one behind the other. */
    private static final class Parts {
        private final Tensor all;
        private int done;

        private Parts(Tensor all) {
            this.all = all;
        }

        private Tensor next(Shape shape) {
            int from = done;
            done += Math.toIntExact(shape.size());
            return all.slice(0, from, done).reshape(shape);
        }
    }

    /** [1, H, T, D] of x[N, H D], a view where the numbers of a row lie side by side. */
    private Tensor of(Sequences sequences, int i, Tensor x) {
        Tensor rows = sequences.of(i, x);
        int width = x.shape().dim(1) / form.heads();
        return rows.reshape(Shape.of(1, sequences.length(i), form.heads(), width))
                .transpose(1, 2);
    }

    private @Nullable Tensor mask(int i) {
        Tensor mask = form.mask();
        return mask == null
                ? null
                : mask.slice(0, 0, form.queries().length(i))
                        .slice(1, 0, form.keys().length(i))
                        .expand(form.scores(i));
    }

    private Backend.@Nullable Dropout dropout(int i) {
        Backend.Dropout dropout = form.dropout();
        if (dropout == null) {
            return null;
        }
        Draw draw = dropout.draw();
        Tensor example = draw.examples().slice(0, i, i + 1);
        return new Backend.Dropout(dropout.p(), new Draw(draw.clock(), draw.stream(), example));
    }
}
