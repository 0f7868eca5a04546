package dev.rankine.transformer.decode;

import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Decoding;
import dev.rankine.transformer.EncoderDecoder;
import dev.rankine.transformer.LanguageModel;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Writes sequences: what an encoder-decoder makes of a batch, or how a language model continues prompts.
 *
 * <pre>{@code
 * Generator writer = new Generator(new Beams(4, 1, false), new Ending(Set.of(2L), 1, 60), new ScopePool(backend));
 * long[][] written = writer.write(model, List.of(new long[] {1, 403, 7}));
 * }</pre>
 */
public final class Generator {
    private final Search search;
    private final Ending ending;
    private final ScopePool memory;

    /** @param memory for the temporaries, shared by the decodings of one thread */
    public Generator(Search search, Ending ending, ScopePool memory) {
        this.search = search;
        this.ending = ending;
        this.memory = memory;
    }

    /**
     * What the model writes for each row, without the start symbol, with the end symbol where a row reached one, and
     * padding behind it. Rows are as long as the longest.
     *
     * @param start what the decoder reads first
     * @param ids I64 [B, S]
     * @param mask [B, S]: 1 on symbols, 0 on padding
     * @throws IllegalStateException if a score is not a number
     */
    public long[][] write(EncoderDecoder model, long start, Tensor ids, Tensor mask) {
        long[] first = new long[ids.shape().dim(0)];
        Arrays.fill(first, start);
        return write(first, () -> model.startDecoding(repeated(ids), repeated(mask)));
    }

    /**
     * How the model continues each prompt, which is left out; see {@link #write(EncoderDecoder, long, Tensor, Tensor)}.
     *
     * @param prompts at least one symbol each, of any lengths
     * @throws IllegalArgumentException if a prompt is empty, or too long for the model with what is to be written
     */
    public long[][] write(LanguageModel model, List<long[]> prompts) {
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
        for (long[] prompt : prompts) {
            if (prompt.length == 0) {
                throw new IllegalArgumentException(
                        "a prompt needs at least 1 symbol, such as the one that begins texts");
            }
        }
        if (longest + ending.maxSteps() - 1 > model.longest()) {
            throw new IllegalArgumentException("a prompt of " + longest + " symbols and " + ending.maxSteps()
                    + " more do not fit into the model's " + model.longest()
                    + " places: shorten the prompt or write fewer");
        }
        int read = Math.max(0, longest - 1);
        long[] ids = new long[prompts.size() * read];
        int[] padding = new int[prompts.size()];
        long[] first = new long[prompts.size()];
        for (int b = 0; b < first.length; b++) {
            long[] prompt = prompts.get(b);
            padding[b] = longest - prompt.length;
            first[b] = prompt[prompt.length - 1];
            System.arraycopy(prompt, 0, ids, b * read + padding[b], prompt.length - 1);
        }
        Tensor symbols = Tensor.ofLongs(memory.backend(), Shape.of(first.length, read), ids);
        return write(first, () -> model.startDecoding(repeated(symbols), repeated(padding)));
    }

    /**
     * The same for prompts in a batch.
     *
     * @param ids I64 [B, T]
     * @param mask [B, T]: 1 on symbols, 0 on padding, wherever it stands
     */
    public long[][] write(LanguageModel model, Tensor ids, Tensor mask) {
        long[] symbols = ids.toLongs();
        double[] seen = mask.toDoubles();
        int width = ids.shape().dim(1);
        List<long[]> prompts = IntStream.range(0, ids.shape().dim(0))
                .mapToObj(b -> IntStream.range(b * width, (b + 1) * width)
                        .filter(i -> seen[i] != 0)
                        .mapToLong(i -> symbols[i])
                        .toArray())
                .toList();
        return write(model, prompts);
    }

    private long[][] write(long[] first, Supplier<Decoding> start) {
        return switch (search) {
            case Search.Greedy _ -> new RowWriter(ending, memory, Choice.HIGHEST).write(first, start);
            case Sampling sampling -> new RowWriter(ending, memory, sampling.choice()).write(first, start);
            case Beams beams -> new BeamSearch(beams, ending, memory).write(first, start);
        };
    }

    private int copies() {
        return search instanceof Beams beams ? beams.count() : 1;
    }

    /** Every row as often as beams follow it. */
    private Tensor repeated(Tensor rows) {
        if (copies() == 1) {
            return rows;
        }
        int batch = rows.shape().dim(0);
        int width = rows.shape().dim(1);
        return rows.reshape(Shape.of(batch, 1, width))
                .expand(Shape.of(batch, copies(), width))
                .reshape(Shape.of(batch * copies(), width));
    }

    private int[] repeated(int[] rows) {
        return Arrays.stream(rows)
                .flatMap(row -> IntStream.generate(() -> row).limit(copies()))
                .toArray();
    }
}
