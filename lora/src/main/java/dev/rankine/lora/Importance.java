package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;

/**
 * How much the loss hangs on every entry w of a parameter (Zhang et al., "PLATON", 2022; equations 8 to 11 of the AdaLoRA
 * paper). With I = |w dL/dw| of a step:
 *
 * <pre>{@code
 * sensitivity  Ib = beta1 Ib + (1 - beta1) I
 * uncertainty  Ub = beta2 Ub + (1 - beta2) |I - Ib|          with the new Ib
 * score        s(w) = Ib Ub
 * }</pre>
 *
 * <p>Both start at 0 and are not corrected for it. A constant I gives Ib = (1 - beta1^t) I and a score that tends to 0:
 * what never changes is not uncertain.
 */
final class Importance {
    private final Variable weight;
    private final Tensor sensitivity;
    private final Tensor uncertainty;

    Importance(Variable weight) {
        this.weight = weight;
        Tensor w = weight.data();
        this.sensitivity = Tensor.zeros(w.backend(), w.dtype(), w.shape());
        this.uncertainty = Tensor.zeros(w.backend(), w.dtype(), w.shape());
    }

    /** Takes in a step from the weight and its gradient; without a gradient nothing changes. */
    void update(double beta1, double beta2) {
        Tensor dW = weight.gradient();
        if (dW == null) {
            return;
        }
        Tensor now = weight.data().times(dW).map(Unary.ABSOLUTE);
        average(sensitivity, beta1, now);
        average(uncertainty, beta2, now.minus(sensitivity).map(Unary.ABSOLUTE));
    }

    /** average = beta average + (1 - beta) now. */
    private static void average(Tensor average, double beta, Tensor now) {
        Backend backend = average.backend();
        backend.affine(average, beta, 0, average.forWriting("importance"));
        backend.zip(Binary.ADD, average, now.affine(1 - beta, 0), average);
    }

    /** s(w) for every entry. */
    Tensor score() {
        return sensitivity.times(uncertainty);
    }

    /** Ib, changed in place. */
    Tensor sensitivity() {
        return sensitivity;
    }

    /** Ub, changed in place. */
    Tensor uncertainty() {
        return uncertainty;
    }
}
