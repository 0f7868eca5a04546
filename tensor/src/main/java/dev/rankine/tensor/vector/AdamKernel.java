package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Backend;
import jdk.incubator.vector.FloatVector;

/** AdamW (Loshchilov and Hutter 2019) in one pass over weight, gradient and both moments. */
record AdamKernel(
        float beta1,
        float share1,
        float beta2,
        float share2,
        float epsilon,
        float decay,
        float rate,
        float correction1,
        float correction2) {

    static AdamKernel of(Backend.AdamW settings, float rate, float correction1, float correction2) {
        return new AdamKernel(
                (float) settings.beta1(),
                (float) (1 - settings.beta1()),
                (float) settings.beta2(),
                (float) (1 - settings.beta2()),
                (float) settings.epsilon(),
                (float) settings.decay(),
                rate,
                correction1,
                correction2);
    }

    /** Whole vectors at the addresses of weight, gradient and moments. */
    void run(long weight, long gradient, long first, long second, int vectors) {
        FloatVector b1 = FloatVector.broadcast(SPECIES, beta1);
        FloatVector b2 = FloatVector.broadcast(SPECIES, beta2);
        for (int i = 0; i < vectors; i++) {
            FloatVector w = FloatVector.fromMemorySegment(SPECIES, ALL, weight, ORDER);
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, gradient, ORDER);
            FloatVector m =
                    FloatVector.fromMemorySegment(SPECIES, ALL, first, ORDER).fma(b1, g.mul(share1));
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, second, ORDER)
                    .fma(b2, g.mul(g).mul(share2));
            FloatVector divisor = v.div(correction2).sqrt().add(epsilon);
            FloatVector direction = m.div(correction1).div(divisor).add(w.mul(decay));
            m.intoMemorySegment(ALL, first, ORDER);
            v.intoMemorySegment(ALL, second, ORDER);
            w.sub(direction.mul(rate)).intoMemorySegment(ALL, weight, ORDER);
            weight += BYTES;
            gradient += BYTES;
            first += BYTES;
            second += BYTES;
        }
    }
}
