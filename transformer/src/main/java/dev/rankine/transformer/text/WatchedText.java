package dev.rankine.transformer.text;

import java.util.function.Supplier;

/** A text that counts how often a character of it is looked at: Java's regular expressions have no other bound. */
public final class WatchedText implements CharSequence {
    private final String text;
    private final long most;
    private final Supplier<? extends RuntimeException> tooMany;
    private long looks;

    /**
     * @param most how many looks are allowed
     * @param tooMany what is thrown at the next
     */
    public WatchedText(String text, long most, Supplier<? extends RuntimeException> tooMany) {
        this.text = text;
        this.most = most;
        this.tooMany = tooMany;
    }

    @Override
    public char charAt(int index) {
        if (++looks > most) {
            throw tooMany.get();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
