package dev.rankine.transformer.train;

/** What a run does about a step whose loss or gradient is not finite. The weights never see such a gradient. */
public enum OnNan {
    /** The run ends with a {@link DivergedException} that names the operation which made the number first. */
    STOP,
    /**
     * The step's gradients become zero and the optimisers do not step; the controller does. Ten such steps in a row end the
     * run all the same.
     */
    SKIP
}
