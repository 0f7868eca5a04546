package dev.rankine.transformer.train;

import java.util.Map;

/**
 * What a finished training run says of itself.
 *
 * @param steps made, those before an interruption included
 * @param epochs of the run
 * @param trainExamples in the training data
 * @param trainSeconds without evaluations and checkpoints; the warm-up of the JIT is part of it
 * @param msPerStep mean milliseconds: trainSeconds over steps
 * @param medianMsPerStep median over the steps since the start or resumption of this process
 * @param finalLoss mean task loss of the last step
 * @param before metrics before the first step; empty without an evaluator
 * @param after metrics of the weights that are kept: those after the last step, or the best
 */
public record TrainingResult(
        long steps,
        int epochs,
        int trainExamples,
        double trainSeconds,
        double msPerStep,
        double medianMsPerStep,
        double finalLoss,
        Map<String, Double> before,
        Map<String, Double> after) {
    public TrainingResult {
        Finite.require("final loss", finalLoss);
        before = Finite.require(before);
        after = Finite.require(after);
    }

    /** The same where another evaluation's weights are kept. */
    public TrainingResult withAfter(Map<String, Double> metrics) {
        return new TrainingResult(
                steps, epochs, trainExamples, trainSeconds, msPerStep, medianMsPerStep, finalLoss, before, metrics);
    }
}
