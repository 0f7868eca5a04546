package dev.rankine.transformer.text;

/** A text as a model reads it. */
public final class Tokens {
    private final long[] ids;
    private final long[] types;
    private final boolean cut;

    Tokens(long[] ids, long[] types, boolean cut) {
        this.ids = ids.clone();
        this.types = types.clone();
        this.cut = cut;
    }

    /** With special tokens, if they were asked for. */
    public long[] ids() {
        return ids.clone();
    }

    /** Of every token: 1 in the second text of a pair for models that tell the two apart, else 0. */
    public long[] types() {
        return types.clone();
    }

    public int length() {
        return ids.length;
    }

    /** Whether the text was longer than what was kept. */
    public boolean cut() {
        return cut;
    }
}
