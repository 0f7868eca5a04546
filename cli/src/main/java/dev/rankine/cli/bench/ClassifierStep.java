package dev.rankine.cli.bench;

import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Sum;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.BertSettings;
import dev.rankine.transformer.data.Batch;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * The step of a BERT or RoBERTa that tells two labels apart, with random weights on random symbols. Its head is trained beside
 * what the method trains, and dropout is on.
 */
public record ClassifierStep(BertSettings settings, Method method, int batch, int symbols) {
    private static final int LABELS = 2;
    /** Ids below have a meaning of their own. */
    private static final int FIRST = 5;

    /** Texts without padding, and their labels. */
    public record Labelled(Tensor ids, Tensor mask, Tensor labels, Tensor examples) implements Batch {
        @Override
        public long count() {
            return labels.shape().size();
        }
    }

    /** A fresh model with adapters on a back-end. */
    public StepBench.Workload<Labelled> on(Backend backend) {
        int longest = settings.body().maxPositions();
        if (symbols > longest) {
            throw new IllegalArgumentException(
                    "--seq " + symbols + " is more than the " + longest + " places that the model has");
        }
        BertClassifier model = new BertClassifier(settings, LABELS, new QuickWeights(backend));
        AdaptedModel adapted =
                method.attach(model, new Method.Run(0, 0)).trainingModules(model, List.of(model.head()), 0);
        return new StepBench.Workload<>(
                batch(backend, settings.body().vocabulary()),
                (texts, pass) -> Sum.sum(
                        CrossEntropy.crossEntropy(model.logits(texts.ids(), texts.mask(), null, pass), texts.labels())),
                adapted);
    }

    private Labelled batch(Backend backend, int vocabulary) {
        Random random = new Random(0);
        Shape shape = Shape.of(batch, symbols);
        Tensor mask = Tensor.of(backend, shape, new float[batch * symbols]);
        backend.fill(mask, 1);
        return new Labelled(
                Tensor.ofLongs(
                        backend,
                        shape,
                        random.longs(shape.size(), FIRST, vocabulary).toArray()),
                mask,
                Tensor.ofLongs(
                        backend, Shape.of(batch), random.longs(batch, 0, LABELS).toArray()),
                Tensor.ofLongs(
                        backend, Shape.of(batch), LongStream.range(0, batch).toArray()));
    }
}
