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
 * @param lengths what batches are padded to
 */
public record TokenTexts(List<LabelledTokens> texts, Backend backend, long padding, PaddedLengths lengths)
        implements Dataset<TokenBatch> {
    /** On a device batches have few lengths, elsewhere none is longer than its longest text. */
    public TokenTexts(List<LabelledTokens> texts, Backend backend, long padding) {
        this(
                texts,
                backend,
                padding,
                backend.isDevice()
                        ? PaddedLengths.few(PaddedLengths.FEW, texts.stream().mapToInt(LabelledTokens::length))
                        : PaddedLengths.EXACT);
    }

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
        SequenceBatcher rows = new SequenceBatcher(backend, padding, padding, lengths);
        SequenceBatcher.Padded padded =
                rows.pad(some.stream().map(LabelledTokens::ids).toList());
        Shape shape = padded.ids().shape();
        int count = some.stream().mapToInt(LabelledTokens::count).sum();
        long[] places = new long[count];
        long[] wanted = new long[count];
        int n = 0;
        for (int b = 0; b < some.size(); b++) {
            long[] targets = some.get(b).targets();
            for (int t = 0; t < targets.length; t++) {
                if (targets[t] != SequenceBatch.IGNORED) {
                    places[n] = (long) b * shape.dim(1) + t;
                    wanted[n++] = targets[t];
                }
            }
        }
        Tensor numbers = Tensor.ofLongs(
                backend,
                Shape.of(some.size()),
                LongStream.range(first, first + some.size()).toArray());
        return new TokenBatch(
                padded.ids(),
                padded.mask(),
                Tensor.ofLongs(backend, Shape.of(count), places),
                Tensor.ofLongs(backend, Shape.of(count), wanted),
                numbers);
    }
}
