package dev.rankine.transformer.train;

/** The run was asked to stop and did, after a whole step and with a checkpoint. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long step;

    StoppedException(long step, long steps) {
        super(
                step == 0
                        ? "stopped before the first step"
                        : "stopped after step " + step + " of " + steps + ", from which --resume goes on");
        this.step = step;
    }

    /** How many steps were made. */
    public long step() {
        return step;
    }
}
