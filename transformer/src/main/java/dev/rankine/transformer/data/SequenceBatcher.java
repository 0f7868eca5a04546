package dev.rankine.transformer.data;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Lays sequences side by side, padded to the longest of the batch.
 *
 * @param backend where the tensors go
 * @param padding the symbol behind the end of a source or decoder input
 * @param decoderStart the symbol in front of the shifted target: with start symbol 1 and target {@code 1 a b 2} the
 *     decoder reads {@code 1 1 a b}
 * @param lengths what batches are padded to
 */
public record SequenceBatcher(Backend backend, long padding, long decoderStart, PaddedLengths lengths) {
    /** No longer than the longest of a batch needs. */
    public SequenceBatcher(Backend backend, long padding, long decoderStart) {
        this(backend, padding, decoderStart, PaddedLengths.EXACT);
    }

    /**
     * The same for batches of which a device records the steps: sources have one of two lengths, targets likewise, so four
     * shapes are all there are.
     */
    public SequenceBatcher ofFewShapes(List<SequencePair> data) {
        IntStream longer = data.stream().mapToInt(pair -> Math.max(pair.sourceLength(), pair.targetLength()));
        return new SequenceBatcher(backend, padding, decoderStart, PaddedLengths.few(2, longer));
    }

    /** Ids [B, S] with their mask. */
    public record Padded(Tensor ids, Tensor mask) {}

    /**
     * @param pairs at least one
     * @param first number of the first pair within the step's whole batch
     */
    public SequenceBatch batch(List<SequencePair> pairs, int first) {
        Padded input = pad(pairs.stream().map(SequencePair::source).toList());
        int count = pairs.size();
        int length = length(pairs, SequencePair::targetLength);
        long[] decoder = new long[Math.multiplyExact(count, length)];
        long[] targets = new long[decoder.length];
        Arrays.fill(decoder, padding);
        Arrays.fill(targets, SequenceBatch.IGNORED);
        long symbols = 0;
        for (int b = 0; b < count; b++) {
            long[] target = pairs.get(b).target();
            decoder[b * length] = decoderStart;
            System.arraycopy(target, 0, decoder, b * length + 1, Math.min(target.length, length - 1));
            System.arraycopy(target, 0, targets, b * length, target.length);
            symbols += target.length;
        }
        return new SequenceBatch(
                input.ids,
                input.mask,
                Tensor.ofLongs(backend, Shape.of(count, length), decoder),
                Tensor.ofLongs(backend, Shape.of(count, length), targets),
                symbols,
                Tensor.ofLongs(
                        backend,
                        Shape.of(count),
                        LongStream.range(first, first + count).toArray()));
    }

    /** Sequences alone, for prediction. */
    public Padded pad(List<long[]> sequences) {
        int count = sequences.size();
        int length = length(sequences, sequence -> sequence.length);
        long[] ids = new long[Math.multiplyExact(count, length)];
        float[] mask = new float[ids.length];
        Arrays.fill(ids, padding);
        for (int b = 0; b < count; b++) {
            long[] sequence = sequences.get(b);
            System.arraycopy(sequence, 0, ids, b * length, sequence.length);
            Arrays.fill(mask, b * length, b * length + sequence.length, 1);
        }
        return new Padded(
                Tensor.ofLongs(backend, Shape.of(count, length), ids),
                Tensor.of(backend, Shape.of(count, length), mask));
    }

    private <E> int length(List<E> sequences, ToIntFunction<E> lengthOf) {
        int longest = sequences.stream()
                .mapToInt(lengthOf)
                .max()
                .orElseThrow(() -> new IllegalArgumentException("a batch needs at least one sequence"));
        return lengths.of(longest);
    }
}
