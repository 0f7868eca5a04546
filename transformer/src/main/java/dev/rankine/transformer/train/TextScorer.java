package dev.rankine.transformer.train;

import dev.rankine.autograd.GradientMode;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Classifier;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.TextBatcher;
import dev.rankine.transformer.text.Tokens;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A classifier that reads: the logits of texts, in batches of similar length, since they do not depend on padding. */
public final class TextScorer {
    private final Classifier model;
    private final TextBatcher batcher;
    private final int batch;
    private final ScopePool memory;

    /** @param batch texts read side by side */
    public TextScorer(Classifier model, TextBatcher batcher, int batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("texts are read at least 1 at a time, got " + batch);
        }
        this.model = model;
        this.batcher = batcher;
        this.batch = batch;
        this.memory = new ScopePool(batcher.backend());
    }

    /** The logits of every text [texts][L], in their order. */
    public double[][] logits(List<Tokens> texts) {
        double[][] logits = new double[texts.size()][];
        TextBatcher padding = batcher.of(texts);
        int[] byLength = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> texts.get(i).length()))
                .mapToInt(i -> i)
                .toArray();
        for (int from = 0; from < byLength.length; from += batch) {
            int[] some = Arrays.copyOfRange(byLength, from, Math.min(from + batch, byLength.length));
            double[] rows =
                    read(padding, Arrays.stream(some).mapToObj(texts::get).toList());
            int labels = model.labels();
            for (int row = 0; row < some.length; row++) {
                logits[some[row]] = Arrays.copyOfRange(rows, row * labels, (row + 1) * labels);
            }
        }
        return logits;
    }

    private double[] read(TextBatcher padding, List<Tokens> texts) {
        try (GradientMode.Guard _ = GradientMode.noGrad();
                Scope _ = memory.open()) {
            TextBatcher.Padded padded = padding.pad(texts);
            Tensor logits = model.logits(padded.ids(), padded.mask(), padded.types(), Pass.inference())
                    .data();
            return logits.toDoubles();
        }
    }
}
