package dev.rankine.transformer.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Repository;
import dev.rankine.tensor.ScopePool;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.checkpoint.Checkpoints;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Symbols that stand at the first and the last place whatever the model says. */
class ForcedSymbolsTest {
    private static final DecoderOnly MODEL = Checkpoints.languageModel(
                    Repository.root().resolve("tests/fixtures/models/llama"),
                    Machine.EXACT.backend(),
                    Machine.EXACT.dtype())
            .model();
    private static final List<long[]> PROMPTS = List.of(new long[] {1, 5}, new long[] {1, 7, 3});
    private static final int STEPS = 6;

    static List<Search> searches() {
        return List.of(new Search.Greedy(), Sampling.of(1, 3), new Beams(1, 1, false), new Beams(3, 1, false));
    }

    /** Draws are counted from the first symbol that is written, so they differ. */
    static List<Search> certain() {
        return searches().stream()
                .filter(search -> !(search instanceof Sampling))
                .toList();
    }

    private static long[][] write(Search search, Ending ending, List<long[]> prompts) {
        return new Generator(search, ending, new ScopePool(Machine.EXACT.backend())).write(MODEL, prompts);
    }

    @ParameterizedTest
    @MethodSource("searches")
    void theyStandThereInEveryRow(Search search) {
        for (long[] row : write(search, new Ending(Set.of(), 0, STEPS, 9L, 2L), PROMPTS)) {
            assertThat(row).hasSize(STEPS).startsWith(9).endsWith(2);
        }
        for (long[] row : write(search, new Ending(Set.of(), 0, 1, 9L, 2L), PROMPTS)) {
            assertThat(row).containsExactly(2);
        }
    }

    /** After a forced beginning the model goes on as if that had stood in the prompt. */
    @ParameterizedTest
    @MethodSource("certain")
    void theRestIsWrittenAsBehindAPromptThatEndsSo(Search search) {
        List<long[]> longer = PROMPTS.stream()
                .map(prompt -> {
                    long[] more = Arrays.copyOf(prompt, prompt.length + 1);
                    more[prompt.length] = 9;
                    return more;
                })
                .toList();
        long[][] forced = write(search, new Ending(Set.of(), 0, STEPS, 9L, null), PROMPTS);
        long[][] given = write(search, new Ending(Set.of(), 0, STEPS - 1), longer);
        for (int b = 0; b < forced.length; b++) {
            assertThat(forced[b]).endsWith(given[b]);
        }
    }
}
