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
        super("step " + step + " of " + steps + ": " + what
                + "; lower the learning rate, clip the gradients, or go on without such steps (--on-nan skip)");
        this.step = step;
    }

    public long step() {
        return step;
    }
}
