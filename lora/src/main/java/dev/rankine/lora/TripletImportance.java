package dev.rankine.lora;

import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The importance of the triplets of one matrix (equation 6 of the AdaLoRA paper): that of the singular value plus the mean
 * over the entries of either singular vector, S_j = s(E_j) + mean_i s(A_ji) + mean_o s(B_oj).
 */
final class TripletImportance {
    private final SvdLora module;
    private final Importance a;
    private final Importance e;
    private final Importance b;
    private final Map<String, Importance> parts = new LinkedHashMap<>();

    TripletImportance(SvdLora module) {
        this.module = module;
        this.a = new Importance(module.a());
        this.e = new Importance(module.e());
        this.b = new Importance(module.b());
        parts.put(".lora_A", a);
        parts.put(".lora_E", e);
        parts.put(".lora_B", b);
    }

    void update(double beta1, double beta2) {
        parts.values().forEach(part -> part.update(beta1, beta2));
    }

    /** S [r]. */
    Tensor score() {
        Shape perTriplet = module.e().shape();
        Tensor ofA = mean(a.score(), 1).reshape(perTriplet);
        Tensor ofB = mean(b.score(), 0).reshape(perTriplet);
        return e.score().plus(ofA).plus(ofB);
    }

    private static Tensor mean(Tensor x, int axis) {
        return x.reduce(Reduction.SUM, axis).affine(1.0 / x.shape().dim(axis), 0);
    }

    /** Sensitivities and uncertainties by name. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        parts.forEach((name, part) -> {
            state.put(module.path() + name + ".sensitivity", part.sensitivity());
            state.put(module.path() + name + ".uncertainty", part.uncertainty());
        });
        return state;
    }
}
