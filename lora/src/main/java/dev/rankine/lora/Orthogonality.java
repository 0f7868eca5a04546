package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.OrthogonalityNorm;
import dev.rankine.autograd.op.OrthogonalityPenalty;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.List;

/** How far the singular vectors of all modules are from orthonormal, in the two ways of the AdaLoRA paper and its code. */
public enum Orthogonality {
    /** The mean over the 2 M matrices of ||P^T P - I||_F and ||Q Q^T - I||_F, not squared: the code, PEFT, SalientLoRA. */
    MEAN_NORM,
    /** The sum over modules of ||P^T P - I||_F^2 + ||Q Q^T - I||_F^2: the paper's equation 4. */
    SQUARED_SUM;

    /**
     * The regulariser, one element.
     *
     * @param modules M of them; one without a triplet adds 0
     * @param identity [R, R] with R at least every rank
     */
    Variable of(List<SvdLora> modules, Tensor identity) {
        List<Variable> q = modules.stream().map(SvdLora::a).toList();
        List<Variable> p = modules.stream().map(SvdLora::b).toList();
        return switch (this) {
            case MEAN_NORM -> Affine.scale(OrthogonalityNorm.norm(q, p, identity), 0.5 / modules.size());
            case SQUARED_SUM -> OrthogonalityPenalty.penalty(q, p, identity);
        };
    }

    /** I [size, size]. */
    static Tensor identity(Backend backend, DType dtype, int size) {
        double[] values = new double[size * size];
        for (int i = 0; i < size; i++) {
            values[i * size + i] = 1;
        }
        return Tensor.of(backend, dtype, Shape.of(size, size), values);
    }
}
