package dev.rankine.transformer.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a causal language model learns from: at every place the symbol that follows. */
public final class NextTokens {
    private NextTokens() {}

    /**
     * A text in blocks: each reads {@code longest} symbols, the last what is left, and predicts each one's successor, so
     * that over all blocks every symbol but the first is predicted once.
     *
     * @param symbols of the text; of fewer than two there is no block
     */
    public static List<LabelledTokens> blocks(long[] symbols, int longest) {
        if (longest < 1) {
            throw new IllegalArgumentException("a block reads at least 1 symbol, got " + longest);
        }
        List<LabelledTokens> blocks = new ArrayList<>();
        for (int from = 0; from + 1 < symbols.length; from += longest) {
            int to = Math.min(symbols.length - 1, from + longest);
            blocks.add(new LabelledTokens(
                    Arrays.copyOfRange(symbols, from, to), Arrays.copyOfRange(symbols, from + 1, to + 1)));
        }
        return blocks;
    }

    /**
     * A prompt with its answer, of which the answer alone is predicted.
     *
     * @param prompt at least one symbol
     * @param answer at least one symbol
     * @param longest symbols that are read; of more the end is cut off
     * @throws IllegalArgumentException if the prompt leaves no room for any symbol of the answer
     */
    public static LabelledTokens answer(long[] prompt, long[] answer, int longest) {
        if (prompt.length == 0 || answer.length == 0) {
            throw new IllegalArgumentException("a prompt and its answer need at least 1 symbol each, got "
                    + prompt.length + " and " + answer.length);
        }
        if (prompt.length > longest) {
            throw new IllegalArgumentException("the prompt alone has " + prompt.length + " symbols, there is room for "
                    + longest + ": nothing of the answer would be left");
        }
        int length = Math.min(longest, prompt.length + answer.length - 1);
        long[] ids = Arrays.copyOf(prompt, length);
        System.arraycopy(answer, 0, ids, prompt.length, length - prompt.length);
        long[] targets = new long[length];
        Arrays.fill(targets, SequenceBatch.IGNORED);
        System.arraycopy(answer, 0, targets, prompt.length - 1, length - prompt.length + 1);
        return new LabelledTokens(ids, targets);
    }
}
