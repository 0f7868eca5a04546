package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.data.Dataset;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.data.SequencePairs;
import dev.rankine.transformer.train.MeetingWorkers;
import dev.rankine.transformer.train.Seq2SeqObjective;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers with a share of every batch each end with the ranks and the weights of one that sees the whole: gates included. */
class WorkersOfMethodsTest {
    private static final TrainerSettings SETTINGS =
            TrainerSettings.of(5, 6, .02).withClip(1.0);

    /** A run on a BART in F64, whose dropout is on. */
    private static final class Run {
        private final Backend backend = new ReferenceBackend();
        private final Bart model;
        private final AdaptedModel adapted;
        private final Dataset<SequenceBatch> data;

        Run(String method) {
            Stack stack = new Stack(1, 2, 8);
            model = new Bart(
                    TransformerSettings.of(11, 6, 24, stack, stack).initStd(.5),
                    new RandomWeights(backend, DType.F64, 3));
            adapted = Methods.named(method)
                    .with(Map.of("rank", "3", "density", "0.5"))
                    .attach(model, new Method.Run(7, 0));
            List<SequencePair> pairs = IntStream.range(0, 18)
                    .mapToObj(n -> new SequencePair(
                            new long[] {3, 4 + n % 7, 10 - n % 5, 2},
                            n % 4 == 0 ? new long[] {4 + n % 7, 2} : new long[] {9, 4 + n % 7, 5, 2}))
                    .toList();
            data = new SequencePairs(pairs, new SequenceBatcher(backend, 1, 2));
        }

        Trainer<SequenceBatch> trainer(Dataset<SequenceBatch> part) {
            return new Trainer<>(backend, SETTINGS, part, new Seq2SeqObjective(model), adapted.controller());
        }

        Map<String, double[]> weights() {
            Map<String, double[]> weights = new TreeMap<>();
            adapted.parameters()
                    .forEach((name, parameter) ->
                            weights.put(name, parameter.data().toDoubles()));
            return weights;
        }
    }

    @ParameterizedTest
    @CsvSource({"salora, 2", "salora, 3", "sora, 2", "adalora, 3", "salientlora, 2"})
    void endWhereOneEnds(String method, int count) throws Exception {
        Run alone = new Run(method);
        alone.trainer(alone.data).train();
        MeetingWorkers workers = new MeetingWorkers(count);
        List<Run> runs = new ArrayList<>();
        List<Future<TrainingResult>> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(count)) {
            for (int number = 0; number < count; number++) {
                Run run = new Run(method);
                runs.add(run);
                Trainer<SequenceBatch> trainer = run.trainer(MeetingWorkers.part(run.data, number, count))
                        .among(workers.worker(number));
                results.add(pool.submit(trainer::train));
            }
            for (Future<TrainingResult> result : results) {
                result.get();
            }
        }
        for (Run run : runs) {
            assertThat(run.adapted.retained()).isEqualTo(alone.adapted.retained());
            Map<String, double[]> weights = run.weights();
            alone.weights()
                    .forEach((name, expected) ->
                            assertThat(weights.get(name)).as(name).containsExactly(expected, within(1e-8)));
        }
    }
}
