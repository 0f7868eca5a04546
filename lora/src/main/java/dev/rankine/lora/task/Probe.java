package dev.rankine.lora.task;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.BertMaskedLanguageModel;
import dev.rankine.transformer.Classifier;
import dev.rankine.transformer.EncoderDecoder;
import dev.rankine.transformer.LanguageModel;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.Pass;
import java.util.Arrays;

/**
 * A batch of random symbols to compare two models on, whatever they are made for: both must have the same vocabulary and
 * read sequences of this length.
 *
 * @param ids I64 [B, T]
 */
record Probe(Tensor ids) {
    private static final int EXAMPLES = 4;
    private static final long STREAM = 0x7072_6f62L;

    /** @param vocabulary ids are below it */
    static Probe of(Backend backend, int vocabulary, int symbols) {
        long[] ids = new long[EXAMPLES * symbols];
        Arrays.setAll(ids, i -> (long) (Philox.uniform(0, STREAM, 0, 0, i) * vocabulary));
        return new Probe(Tensor.ofLongs(backend, Shape.of(EXAMPLES, symbols), ids));
    }

    /** What the model computes without dropout: scores of words at every place, or of labels. */
    double[] logits(Model model) {
        Backend backend = ids.backend();
        Tensor mask = Tensor.zeros(backend, DType.F32, ids.shape());
        backend.fill(mask, 1);
        try (var _ = GradientMode.noGrad()) {
            Variable logits = switch (model) {
                case EncoderDecoder both -> both.logits(ids, mask, ids, Pass.inference());
                case Classifier classifier -> classifier.logits(ids, mask, null, Pass.inference());
                case LanguageModel words -> words.logits(ids, mask, Pass.inference());
                case BertMaskedLanguageModel words -> words.logits(ids, mask, null, Pass.inference());
                default ->
                    throw new IllegalArgumentException(
                            "models of " + model.getClass().getSimpleName() + " cannot be compared by their logits");
            };
            return logits.data().toDoubles();
        }
    }

    /** max |a - b|. */
    static double largestDifference(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
