package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.SequenceForm;
import dev.rankine.tensor.Sequences;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@link Attention} within sequences of different lengths, whose rows lie one behind the other without padding: nothing is
 * computed for places that no sequence has.
 */
public record SequenceAttention(SequenceForm form) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "sequenceAttention",
                    "attention of each sequence's queries to its own keys",
                    in -> attention(in[0], in[1], in[2], some(in[0], in[1])))
            .on(of(6, 4), of(6, 4), of(6, 4))
            .on(of(9, 6), of(5, 6), of(5, 6))
            .on(of(4, 3), of(7, 3), of(7, 3))
            .on(of(1, 2), of(3, 2), of(3, 2))
            .on(of(0, 4), of(2, 4), of(2, 4))
            .within(5e-5);

    /**
     * @param q [N, H D]
     * @param k [M, H D]
     * @param v [M, H D]
     */
    public static Variable attention(Variable q, Variable k, Variable v, SequenceForm form) {
        return Operation.apply(new SequenceAttention(form), q, k, v);
    }

    @Override
    public String name() {
        return "sequenceAttention";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor q = in[0];
        Tensor k = in[1];
        Tensor v = in[2];
        form.require(name(), q.shape(), k.shape(), v.shape());
        Tensor y = q.result(name(), v.shape().with(0, q.shape().dim(0)));
        Tensor kept = q.result(name(), q.backend().sequenceAttentionSaves(form));
        q.backend().sequenceAttention(form, q, k, v, y, kept);
        saved.save(q, k, v, kept);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor q = saved.get(0);
        Tensor k = saved.get(1);
        Tensor v = saved.get(2);
        Tensor dQ = dY.result(name(), q.shape());
        Tensor dK = dY.result(name(), k.shape());
        Tensor dV = dY.result(name(), v.shape());
        dY.backend().sequenceAttentionBackward(form, q, k, v, saved.get(3), dY, dQ, dK, dV);
        return new @Nullable Tensor[] {
            saved.needs(0) ? dQ : null, saved.needs(1) ? dK : null, saved.needs(2) ? dV : null,
        };
    }

    /**
     * Two heads, where the width is even, and three sequences, one of them empty; row t of one sees its first t keys: the
     * first row sees none.
     */
    private static SequenceForm some(Variable q, Variable k) {
        Sequences queries = cut(q.shape().dim(0));
        return new SequenceForm(
                queries,
                cut(k.shape().dim(0)),
                q.shape().dim(1) % 2 == 0 ? 2 : 1,
                0.7,
                Attention.causal(q, q.shape().dim(0), k.shape().dim(0)),
                Dropout.some(0.25, q.data().backend(), queries.count()));
    }

    private static Sequences cut(int rows) {
        return Sequences.of(rows / 3, 0, rows - rows / 3);
    }
}
