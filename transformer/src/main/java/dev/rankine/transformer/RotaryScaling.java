package dev.rankine.transformer;

/**
 * How rotary positions reach longer sequences than those of the training, in the kinds of Hugging Face's {@code
 * rope_scaling}. Each changes the frequencies f_i = base^(-2i / D) of the angles.
 */
public sealed interface RotaryScaling {
    /** f for pair i of D / 2. */
    double frequency(double base, int headWidth, int pair, int length, int maxPositions);

    /** How many places a model of this scaling may see. */
    default long longest(int maxPositions) {
        return maxPositions;
    }

    private static double plain(double base, int headWidth, int pair) {
        return StrictMath.pow(base, -2.0 * pair / headWidth);
    }

    private static void requireFactor(double factor) {
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the factor of a rotary scaling must be at least 1, got " + factor);
        }
    }

    /** As trained. */
    record None() implements RotaryScaling {
        @Override
        public double frequency(double base, int headWidth, int pair, int length, int maxPositions) {
            return plain(base, headWidth, pair);
        }
    }

    /** Places are divided by the factor (Chen et al. 2023, "Extending context window by positional interpolation"). */
    record Linear(double factor) implements RotaryScaling {
        public Linear {
            requireFactor(factor);
        }

        @Override
        public double frequency(double base, int headWidth, int pair, int length, int maxPositions) {
            return plain(base, headWidth, pair) / factor;
        }

        @Override
        public long longest(int maxPositions) {
            return (long) (maxPositions * factor);
        }
    }

    /**
     * The base grows with sequences that are longer than the trained ones (NTK-aware interpolation): base (factor length
     * / max - factor + 1)^(D / (D - 2)).
     */
    record Dynamic(double factor) implements RotaryScaling {
        public Dynamic {
            requireFactor(factor);
        }

        @Override
        public double frequency(double base, int headWidth, int pair, int length, int maxPositions) {
            double stretch = factor * Math.max(length, maxPositions) / maxPositions - (factor - 1);
            return plain(base * StrictMath.pow(stretch, headWidth / (headWidth - 2.0)), headWidth, pair);
        }

        @Override
        public long longest(int maxPositions) {
            return (long) (maxPositions * factor);
        }
    }

    /**
     * LLaMA 3.1: waves longer than original / low are stretched by the factor, those shorter than original / high stay,
     * those between are blended.
     *
     * @param original the places of the training before the last
     */
    record Llama3(double factor, double low, double high, int original) implements RotaryScaling {
        public Llama3 {
            requireFactor(factor);
            if (!(low > 0 && high > low) || original < 1) {
                throw new IllegalArgumentException("a llama3 scaling needs 0 < low_freq_factor < high_freq_factor and"
                        + " original positions, got " + low + ", " + high + ", " + original);
            }
        }

        @Override
        public double frequency(double base, int headWidth, int pair, int length, int maxPositions) {
            double plain = plain(base, headWidth, pair);
            double waves = original * plain / (2 * Math.PI);
            double stay = Math.clamp((waves - low) / (high - low), 0, 1);
            return stay * plain + (1 - stay) * plain / factor;
        }
    }
}
