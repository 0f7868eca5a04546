package dev.rankine.tornado;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The numbers of one launch: which kernel, and what its {@link Block} holds. */
final class Call {
    private final String kernel;
    private final int[] words = new int[Block.WORDS];
    private final float[] numbers = new float[Block.NUMBERS];

    Call(Kernel kernel) {
        this(kernel.name());
    }

    Call(String kernel) {
        this.kernel = kernel;
    }

    String kernel() {
        return kernel;
    }

    int word(int index) {
        return words[index];
    }

    float number(int index) {
        return numbers[index];
    }

    /** Sets the words from {@code index} on. */
    Call words(int index, int... values) {
        System.arraycopy(values, 0, words, index, values.length);
        return this;
    }

    Call numbers(double... values) {
        for (int i = 0; i < values.length; i++) {
            numbers[i] = (float) values[i];
        }
        return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Call call
                && kernel.equals(call.kernel)
                && Arrays.equals(words, call.words)
                && Arrays.equals(numbers, call.numbers);
    }

    @Override
    public int hashCode() {
        return (kernel.hashCode() * 31 + Arrays.hashCode(words)) * 31 + Arrays.hashCode(numbers);
    }
}
