package dev.rankine.lora;

import dev.rankine.autograd.optim.Proximal;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;

/** What makes small gates of {@link SoRa} exactly 0 after a gradient step: the paper's operator, and the one that its code computes. */
public enum GateThreshold {
    /** T_xi(v) = sign(v) max(|v| - xi, 0), the proximal operator of xi |.|_1, with xi = rate lambda. */
    PROXIMAL {
        @Override
        public Tensor xi(Tensor rate, double lambda) {
            return rate.affine(lambda, 0);
        }

        @Override
        public Tensor apply(Tensor v, Tensor xi) {
            return Proximal.softThreshold(v, xi);
        }
    },
    /**
     * The released code: xi = lambda whatever the rate, and three masks in place one after the other, v - xi where v > xi, v +
     * xi where v < -xi, then 0 where |v| < xi. The third sees what the first two left, so the result is 0 for |v| < 2 xi
     * but for |v| = xi, which stays, and v - sign(v) xi from 2 xi on: it leaps there by xi and is no proximal operator.
     */
    SORA_CODE_COMPAT {
        @Override
        public Tensor xi(Tensor rate, double lambda) {
            return rate.affine(0, lambda);
        }

        @Override
        public Tensor apply(Tensor v, Tensor xi) {
            Tensor above = notAbove(v, xi).affine(-1, 1);
            Tensor below = notAbove(v.map(Unary.NEGATE), xi).affine(-1, 1);
            Tensor moved = v.minus(above.times(xi)).plus(below.times(xi));
            return moved.times(notAbove(xi, moved.map(Unary.ABSOLUTE)));
        }
    };

    /**
     * One element.
     *
     * @param rate one element, the learning rate of the gates
     */
    public abstract Tensor xi(Tensor rate, double lambda);

    /** The thresholded values of v. */
    public abstract Tensor apply(Tensor v, Tensor xi);

    /** 1 where a <= b, else 0. */
    private static Tensor notAbove(Tensor a, Tensor b) {
        return b.minus(a).map(Unary.STEP);
    }
}
