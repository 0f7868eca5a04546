package dev.rankine.transformer.data;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Texts with a symbol to predict at every place, as a data set.
 *
 * @param backend where batches go
 * @param padding the id behind the end of a text
 */
public record TokenTexts(List<LabelledTokens> texts, Backend backend, long padding) implements Dataset<TokenBatch> {
    public TokenTexts {
        texts = List.copyOf(texts);
    }

    @Override
    public int size() {
        return texts.size();
    }

    @Override
    public int length(int example) {
        return texts.get(example).length();
    }

    @Override
    public TokenBatch batch(int[] examples, int first) {
        List<LabelledTokens> some = Arrays.stream(examples).mapToObj(texts::get).toList();
        // the texts alone: there is no decoder that could begin with anything
        SequenceBatcher rows = new SequenceBatcher(backend, padding, padding, 1);
        SequenceBatcher.Padded padded =
                rows.pad(some.stream().map(LabelledTokens::ids).toList());
        Shape shape = padded.ids().shape();
        long[] targets = new long[Math.toIntExact(shape.size())];
        Arrays.fill(targets, SequenceBatch.IGNORED);
        for (int b = 0; b < some.size(); b++) {
            long[] own = some.get(b).targets();
            System.arraycopy(own, 0, targets, b * shape.dim(1), own.length);
        }
        Tensor numbers = Tensor.ofLongs(
                backend,
                Shape.of(some.size()),
                LongStream.range(first, first + some.size()).toArray());
        long count = some.stream().mapToLong(LabelledTokens::count).sum();
        return new TokenBatch(padded.ids(), padded.mask(), Tensor.ofLongs(backend, shape, targets), count, numbers);
    }
}
