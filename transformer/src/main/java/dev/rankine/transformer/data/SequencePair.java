package dev.rankine.transformer.data;

/** One example of a sequence-to-sequence task as ids: what the encoder reads and the symbols to produce. */
public final class SequencePair {
    private final long[] source;
    private final long[] target;

    /**
     * @param source with its start and end symbols
     * @param target with its start and end symbols
     */
    public SequencePair(long[] source, long[] target) {
        if (source.length == 0 || target.length == 0) {
            throw new IllegalArgumentException(
                    "a pair needs at least one symbol on each side, got " + source.length + " and " + target.length);
        }
        this.source = source.clone();
        this.target = target.clone();
    }

    public long[] source() {
        return source.clone();
    }

    public long[] target() {
        return target.clone();
    }

    public int sourceLength() {
        return source.length;
    }

    public int targetLength() {
        return target.length;
    }
}
