package dev.rankine.transformer;

/** How a model tells the places of a sequence apart. */
public sealed interface PositionKind {
    /** A trained row for each place. */
    PositionKind LEARNED = new Learned();

    /** Fixed sines and cosines. */
    PositionKind SINUSOIDAL = new Sinusoidal();

    /** See {@link #LEARNED}. */
    record Learned() implements PositionKind {
        @Override
        public String toString() {
            return "LEARNED";
        }
    }

    /** See {@link #SINUSOIDAL}. */
    record Sinusoidal() implements PositionKind {
        @Override
        public String toString() {
            return "SINUSOIDAL";
        }
    }

    /**
     * Queries and keys are turned by angles that grow with their place (Su et al. 2021): pair i of a head of width D by
     * place base^(-2i / D). Only decoders that stand alone have them.
     *
     * @param base of the wave lengths, 10000 as published
     * @param scaling what was done to reach longer sequences than those of the training
     */
    record Rotary(double base, RotaryScaling scaling) implements PositionKind {
        public Rotary {
            if (!(base > 1 && base < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("the base of rotary positions must be above 1, got " + base);
            }
        }
    }
}
