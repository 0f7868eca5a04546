package dev.rankine.transformer.train;

/** Training gave a number that is not finite; the message names the step. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long step;

    /**
     * @param step counted from 1, as progress shows it
     */
    DivergedException(long step, long steps, String what, double value) {
        super("step " + step + " of " + steps + ": " + what + " is " + value
                + "; the weights are lost: lower the learning rate, or clip the gradients");
        this.step = step;
    }

    public long step() {
        return step;
    }
}
