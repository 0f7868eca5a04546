package dev.rankine.lora;

import java.util.ArrayList;
import java.util.List;

/**
 * The sparsifying scheduler of SoRA (Ding et al. 2023, algorithm 1): the model is trained in stages of growing strength, each
 * going on from where the last one ended, and what is left of its quality is drawn against what is left of its gates. How
 * fast the curve on training data falls tells what the model memorises, the curve on other data what it generalises.
 *
 * <pre>{@code
 * AdaptedModel adapted = SoRaMethod.standard().attach(model, run);
 * SoRa sora = (SoRa) adapted.controller();
 * List<SparsifyingScheduler.Point> curve = SparsifyingScheduler.run(schedule, lambda -> {
 *     SoRa stage = sora.stage(lambda);
 *     new Trainer<>(backend, settings, data, objective, stage).train();
 *     return new SparsifyingScheduler.Quality(stage.report().get("density"), onTraining(), onEvaluation());
 * });
 * }</pre>
 */
public final class SparsifyingScheduler {
    private SparsifyingScheduler() {}

    /** Trains one stage, from where the last one ended. */
    @FunctionalInterface
    public interface Stage {
        Quality train(double strength);
    }

    /**
     * What a stage reached.
     *
     * @param density share of gates that are not 0
     * @param training a metric on training examples (the paper takes 1,000), larger being better
     * @param evaluation the same metric on others
     */
    public record Quality(double density, double training, double evaluation) {}

    /**
     * A point of the curves.
     *
     * @param strength of the stage
     * @param density share of gates that are not 0
     * @param memorization 100 times the metric on training examples over that of the first, densest stage
     * @param generalization the same on others
     */
    public record Point(double strength, double density, double memorization, double generalization) {}

    /**
     * Runs every stage.
     *
     * @throws IllegalStateException if the first stage reaches nothing that others could be compared with
     */
    public static List<Point> run(SparsifyingSchedule schedule, Stage stage) {
        List<Point> points = new ArrayList<>();
        Quality dense = null;
        for (double strength : schedule.values()) {
            Quality reached = stage.train(strength);
            dense = dense == null ? requireSome(reached) : dense;
            points.add(new Point(
                    strength,
                    reached.density(),
                    100 * reached.training() / dense.training(),
                    100 * reached.evaluation() / dense.evaluation()));
        }
        return points;
    }

    private static Quality requireSome(Quality dense) {
        if (!(dense.training() > 0 && dense.evaluation() > 0)) {
            throw new IllegalStateException("the first stage reached " + dense.training() + " on training examples and "
                    + dense.evaluation() + " on others: percentages of it need both above 0, train it longer");
        }
        return dense;
    }
}
