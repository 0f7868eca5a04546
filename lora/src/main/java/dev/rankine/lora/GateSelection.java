package dev.rankine.lora;

/** Which triplets outlive the phase of the gates of {@link SaLora}. */
public enum GateSelection {
    /** As many as the density asks for, those with the highest locations. */
    EXACT_TOP_K {
        @Override
        boolean[] of(HardConcrete law, double[] la, int count) {
            return TopTriplets.of(la, count);
        }
    },
    /**
     * Those with P(g > 0) > 1/2, which is where the median gate is above 0. How many they are need not agree with the expected
     * density: gates that are all alike are kept or closed all at once.
     */
    EXPECTED_DENSITY {
        @Override
        boolean[] of(HardConcrete law, double[] la, int count) {
            double[] open = DeterministicGate.BINARY.of(law, la);
            int kept = 0;
            for (double gate : open) {
                kept += (int) gate;
            }
            if (kept == 0) {
                throw new IllegalStateException("salora: none of " + la.length + " gates is open with a probability"
                        + " above 1/2, so selection expected-density keeps no triplet: use selection exact-top-k, or"
                        + " raise the density");
            }
            return TopTriplets.of(la, kept);
        }
    };

    /**
     * Marks the kept triplets.
     *
     * @param la locations of all gates
     * @param count what the density asks for
     * @throws IllegalStateException if a location is no number or nothing would be kept
     */
    abstract boolean[] of(HardConcrete law, double[] la, int count);
}
