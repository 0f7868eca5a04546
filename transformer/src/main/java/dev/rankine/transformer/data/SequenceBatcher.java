package dev.rankine.transformer.data;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;

/**
 * Lays sequences side by side, padded to the longest of the batch.
 *
 * @param backend where the tensors go
 * @param padding the symbol behind the end of a source or decoder input
 * @param decoderStart the symbol in front of the shifted target: with start symbol 1 and target {@code 1 a b 2} the
 *     decoder reads {@code 1 1 a b}
 * @param multiple lengths are padded up to a multiple of this, so that a device that records steps meets few shapes; 1
 *     for no more than the longest needs
 */
public record SequenceBatcher(Backend backend, long padding, long decoderStart, int multiple) {
    public SequenceBatcher {
        if (multiple < 1) {
            throw new IllegalArgumentException("lengths are padded to a multiple of at least 1, got " + multiple);
        }
    }

    /**
     * The same for batches of which a device records the steps: sources have one of two lengths, targets likewise, so four
     * shapes are all there are. None is longer than the longest sequence of the data.
     */
    public SequenceBatcher ofFewShapes(List<SequencePair> data) {
        int longest = data.stream()
                .mapToInt(pair -> Math.max(pair.sourceLength(), pair.targetLength()))
                .max()
                .orElse(1);
        return new SequenceBatcher(backend, padding, decoderStart, longest % 2 == 0 ? longest / 2 : longest);
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
        return Math.ceilDiv(longest, multiple) * multiple;
    }
}
