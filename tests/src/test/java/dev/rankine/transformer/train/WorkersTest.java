package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.data.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Workers that each see a part of every batch make the steps of one that sees all of it. */
class WorkersTest {
    private static final int COUNT = 3;

    @Test
    void workersTogetherMakeTheStepsOfOne() throws Exception {
        Toy data = Toy.of(20);
        Variable alone = data.weight();
        TrainerSettings settings = TrainerSettings.of(2, 8, 0.05).withClip(.5);
        double loss = trainer(settings, data, alone).train().finalLoss();
        MeetingWorkers workers = new MeetingWorkers(COUNT);
        List<Variable> weights = new ArrayList<>();
        List<Future<TrainingResult>> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(COUNT)) {
            for (int number = 0; number < COUNT; number++) {
                Variable w = data.weight();
                weights.add(w);
                Trainer<Toy.Rows> trainer = trainer(settings, MeetingWorkers.part(data, number, COUNT), w)
                        .among(workers.worker(number));
                results.add(pool.submit(trainer::train));
            }
            for (Future<TrainingResult> result : results) {
                assertThat(result.get().finalLoss()).isCloseTo(loss, within(1e-12));
            }
        }
        for (Variable w : weights) {
            assertThat(w.data().toDoubles())
                    .isEqualTo(weights.getFirst().data().toDoubles())
                    .containsExactly(alone.data().toDoubles(), within(1e-12));
        }
    }

    private static Trainer<Toy.Rows> trainer(TrainerSettings settings, Dataset<Toy.Rows> data, Variable w) {
        return new Trainer<>(Toy.REFERENCE, settings, data, Toy.objective(w), new WeightTraining(Map.of("w", w), 0));
    }
}
