package dev.rankine.cli;

import dev.rankine.transformer.decode.Beams;
import dev.rankine.transformer.decode.Sampling;
import dev.rankine.transformer.decode.Search;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model that writes finds its words. */
final class WritingOptions {
    @Option(
            names = "--beams",
            paramLabel = "K",
            description = "Follow the K best beginnings at once instead of the best symbol alone.")
    private @Nullable Integer beams;

    @Option(
            names = "--length-penalty",
            paramLabel = "X",
            description = "Beams are compared by log probability / length^X (default: 1).")
    private @Nullable Double lengthPenalty;

    @Option(names = "--sample", description = "Draw every symbol by its probability.")
    private boolean sample;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "Scores are divided by this before drawing (default: 1).")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Draw from the K most probable symbols only.")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "X",
            description = "Draw from the fewest symbols that have this share of the probability together.")
    private @Nullable Double topP;

    @Option(names = "--seed", paramLabel = "N", description = "Of what is drawn (default: 0).")
    private @Nullable Long seed;

    @Option(
            names = "--max-new",
            paramLabel = "N",
            description = "Symbols that are written at most (default: 64 behind a prompt; for seq2seq as many as the"
                    + " model has places for).")
    private @Nullable Integer most;

    /** Null for as many as is usual. */
    @Nullable
    Integer most() {
        if (most != null && most < 1) {
            throw new UsageException("--max-new must be at least 1, got " + most);
        }
        return most;
    }

    /** @throws UsageException if options contradict each other or a value is no good */
    Search search() {
        boolean drawn = temperature != null || topK != null || topP != null || seed != null;
        if (!sample && drawn) {
            throw new UsageException("--temperature, --top-k, --top-p and --seed need --sample");
        }
        if (sample && beams != null) {
            throw new UsageException("--sample and --beams exclude each other");
        }
        if (beams == null && lengthPenalty != null) {
            throw new UsageException("--length-penalty needs --beams");
        }
        return UsageException.whileChecking(() -> {
            if (sample) {
                return new Sampling(
                        temperature == null ? 1 : temperature,
                        topK == null ? Integer.MAX_VALUE : topK,
                        topP == null ? 1 : topP,
                        seed == null ? 0 : seed,
                        0);
            }
            return beams == null
                    ? new Search.Greedy()
                    : new Beams(beams, lengthPenalty == null ? 1 : lengthPenalty, false);
        });
    }

    /** Refuses these options where nothing is written. */
    void requireNone(String task) {
        if (sample || beams != null || lengthPenalty != null || most != null || temperature != null) {
            throw new UsageException("how to write is for --task lm and seq2seq; --task " + task + " answers at once:"
                    + " drop --beams, --sample and what belongs to them");
        }
    }
}
