package dev.rankine.transformer.data;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.text.Tokens;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Texts, each with a class or a score, as a data set. */
public final class ScoredTexts implements Dataset<TextBatch> {
    private final List<Tokens> texts;
    private final double[] targets;
    private final boolean classes;
    private final TextBatcher batcher;

    private ScoredTexts(List<Tokens> texts, double[] targets, boolean classes, TextBatcher batcher) {
        if (texts.size() != targets.length || texts.isEmpty()) {
            throw new IllegalArgumentException("every text needs a target, and there must be one; got " + texts.size()
                    + " texts and " + targets.length + " targets");
        }
        this.texts = List.copyOf(texts);
        this.targets = targets.clone();
        this.classes = classes;
        this.batcher = batcher.of(texts);
    }

    /** Texts that belong to classes, numbered from 0. */
    public static ScoredTexts ofClasses(List<Tokens> texts, int[] classes, TextBatcher batcher) {
        return new ScoredTexts(texts, Arrays.stream(classes).asDoubleStream().toArray(), true, batcher);
    }

    /** Texts that have a score. */
    public static ScoredTexts ofScores(List<Tokens> texts, double[] scores, TextBatcher batcher) {
        return new ScoredTexts(texts, scores, false, batcher);
    }

    @Override
    public int size() {
        return texts.size();
    }

    @Override
    public int length(int example) {
        return texts.get(example).length();
    }

    public List<Tokens> texts() {
        return texts;
    }

    /** The scores, or the classes as numbers. */
    public double[] targets() {
        return targets.clone();
    }

    @Override
    public TextBatch batch(int[] examples, int first) {
        TextBatcher.Padded padded =
                batcher.pad(Arrays.stream(examples).mapToObj(texts::get).toList());
        Shape shape = Shape.of(examples.length);
        double[] wanted = Arrays.stream(examples).mapToDouble(i -> targets[i]).toArray();
        Tensor targets = classes
                ? Tensor.ofLongs(
                        batcher.backend(),
                        shape,
                        Arrays.stream(wanted).mapToLong(target -> (long) target).toArray())
                : Tensor.of(batcher.backend(), DType.F32, shape, wanted);
        Tensor numbers = Tensor.ofLongs(
                batcher.backend(),
                shape,
                LongStream.range(first, first + examples.length).toArray());
        return new TextBatch(padded.ids(), padded.mask(), padded.types(), targets, numbers);
    }
}
