package dev.rankine.transformer.train;

/** Is told how a run goes on, for progress bars and logs. Steps are counted as made. */
public interface TrainingListener {
    /** Before the first step; {@code made} is above 0 in a run that resumes. */
    default void onStart(long made, long steps) {}

    /**
     * After every step. What the back-end computes may still be under way.
     *
     * @param rate the step's learning rate
     */
    default void onStep(long made, long steps, double rate) {}

    /** At log steps and after the last step. */
    default void onLog(MetricsEntry entry) {}

    /** After an evaluation: before the first step, between, and after the last. */
    default void onEvaluation(MetricsEntry entry) {}
}
