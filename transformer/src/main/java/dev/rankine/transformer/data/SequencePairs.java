package dev.rankine.transformer.data;

import java.util.Arrays;
import java.util.List;

/** Sequence pairs in memory as a data set. */
public record SequencePairs(List<SequencePair> pairs, SequenceBatcher batcher) implements Dataset<SequenceBatch> {
    public SequencePairs {
        pairs = List.copyOf(pairs);
    }

    @Override
    public int size() {
        return pairs.size();
    }

    @Override
    public int length(int example) {
        return pairs.get(example).sourceLength() + pairs.get(example).targetLength();
    }

    @Override
    public SequenceBatch batch(int[] examples, int first) {
        return batcher.batch(Arrays.stream(examples).mapToObj(pairs::get).toList(), first);
    }
}
