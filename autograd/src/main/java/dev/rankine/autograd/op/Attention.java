package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention (Vaswani et al. 2017): y = dropout(p) v with p = softmax(scale q k^T, mask). A row whose
 * keys are all hidden gives 0 and gradient 0. With dP = dropout(dY v^T) and dS = p (dP - sum(p dP)): dQ = scale dS k, dK
 * = scale dS^T q, dV = dropout(p)^T dY.
 */
public record Attention(@Nullable Tensor mask, double scale, Backend.@Nullable Dropout dropout) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "attention",
                    "dropout(softmax(scale q k^T, mask)) v",
                    in -> attention(in[0], in[1], in[2], causal(in[0], in[1]), 0.7, Dropout.some(0.25, in[0])))
            .on(of(2, 3, 4, 5), of(2, 3, 4, 5), of(2, 3, 4, 5))
            .on(of(1, 2, 3, 7), of(1, 2, 9, 7), of(1, 2, 9, 7))
            .on(of(1, 1, 1, 1), of(1, 1, 2, 1), of(1, 1, 2, 1))
            .on(of(0, 2, 3, 4), of(0, 2, 3, 4), of(0, 2, 3, 4))
            .on(of(2, 1, 3, 4), of(2, 1, 0, 4), of(2, 1, 0, 4))
            .within(5e-5);

    /**
     * @param q [B, H, T, D]
     * @param k [B, H, S, D]
     * @param v [B, H, S, D]
     * @param mask 1 to see, 0 to hide, of q's type; its shape broadcasts to [B, H, T, S]; null sees all
     * @param scale usually 1 / sqrt(D)
     * @param dropout what to drop of the probabilities, null for nothing
     */
    public static Variable attention(
            Variable q,
            Variable k,
            Variable v,
            @Nullable Tensor mask,
            double scale,
            Backend.@Nullable Dropout dropout) {
        return Operation.apply(new Attention(mask, scale, dropout), q, k, v);
    }

    @Override
    public String name() {
        return "attention";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor q = in[0];
        Tensor k = in[1];
        Tensor v = in[2];
        check(q.shape(), k.shape(), v.shape());
        Shape scores = q.shape().with(-1, k.shape().dim(2));
        Tensor y = q.result("attention", q.shape());
        Tensor kept = q.result("attention", q.backend().attentionSaves(scores));
        q.backend().attention(q, k, v, Masks.expand("attention", mask, scores), scale, dropout, y, kept);
        saved.save(q, k, v, kept);
        return y;
    }

    private void check(Shape q, Shape k, Shape v) {
        if (q.rank() != 4 || k.rank() != 4 || !k.equals(q.with(2, k.dim(2))) || !v.equals(k)) {
            throw ShapeMismatch.in("attention", "q must be [B, H, T, D], k and v [B, H, S, D]", q, k, v);
        }
        if (dropout != null) {
            Dropout.check("attention", dropout, q);
        }
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor q = saved.get(0);
        Tensor k = saved.get(1);
        Tensor v = saved.get(2);
        Tensor dQ = dY.result("attention", q.shape());
        Tensor dK = dY.result("attention", k.shape());
        Tensor dV = dY.result("attention", v.shape());
        Tensor seen =
                Masks.expand("attention", mask, q.shape().with(-1, k.shape().dim(2)));
        dY.backend().attentionBackward(q, k, v, seen, saved.get(3), scale, dropout, dY, dQ, dK, dV);
        return new @Nullable Tensor[] {
            saved.needs(0) ? dQ : null, saved.needs(1) ? dK : null, saved.needs(2) ? dV : null,
        };
    }

    private static Tensor causal(Variable q, Variable k) {
        return causal(q, q.shape().dim(2), k.shape().dim(2));
    }

    /** Row t sees the first t keys: the first row sees none. */
    static Tensor causal(Variable like, int rows, int keys) {
        double[] see = new double[rows * keys];
        for (int i = 0; i < see.length; i++) {
            see[i] = i % keys < i / keys ? 1 : 0;
        }
        return Tensor.of(like.data().backend(), like.data().dtype(), of(rows, keys), see);
    }
}
