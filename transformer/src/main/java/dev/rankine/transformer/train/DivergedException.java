package dev.rankine.transformer.train;

/** Training gave a number that is not finite; the message names the step. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long step;

    /**
     * @param step counted from 1, as progress shows it
     * @param what is not finite, and why
     */
    DivergedException(long step, long steps, String what) {
        this(
                step,
                steps,
                what,
                "lower the learning rate, clip the gradients, or go on without such steps (--on-nan skip)");
    }

    private DivergedException(long step, long steps, String what, String remedy) {
        super("step " + step + " of " + steps + ": " + what + "; " + remedy);
        this.step = step;
    }

    /** Of a run that leaves such steps out, and met nothing else any more. */
    static DivergedException afterSkipping(int inARow, long step, long steps, String what) {
        return new DivergedException(
                step,
                steps,
                what,
                "so it was with the " + inARow + " last steps, which were left out: lower the learning rate or clip the"
                        + " gradients, in a new run");
    }

    public long step() {
        return step;
    }
}
