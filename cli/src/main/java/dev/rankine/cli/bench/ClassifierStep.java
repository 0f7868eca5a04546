package dev.rankine.cli.bench;

import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Sum;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.BertSettings;
import dev.rankine.transformer.data.Batch;

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
        RandomSymbols random = new RandomSymbols(
                backend,
                batch,
                symbols,
                settings.body().maxPositions(),
                FIRST,
                settings.body().vocabulary());
        BertClassifier model = new BertClassifier(settings, LABELS, new QuickWeights(backend));
        AdaptedModel adapted = method.attach(model, new Method.Run(0, 0)).trainingModules(model, model.head(), 0);
        return new StepBench.Workload<>(
                new Labelled(random.ids(), random.mask(), random.labels(LABELS), random.examples()),
                (texts, pass) -> Sum.sum(
                        CrossEntropy.crossEntropy(model.logits(texts.ids(), texts.mask(), null, pass), texts.labels())),
                adapted);
    }
}
