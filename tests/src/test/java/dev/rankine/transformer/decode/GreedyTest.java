package dev.rankine.transformer.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.Decoding;
import dev.rankine.transformer.EncoderDecoder;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.site.Sites;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Greedy decoding of a scripted model, and of real ones against decoding without a cache. */
class GreedyTest {
    private static final Backend BACKEND = new ReferenceBackend();
    private static final int START = 1;
    private static final int END = 2;

    /** Row b of step t has the highest score at script[b][t]; records what it is given. */
    private record Scripted(int vocabulary, int[][] script, List<long[]> given) implements EncoderDecoder {
        @Override
        public Variable logits(Tensor inputIds, Tensor inputMask, Tensor decoderIds, Pass pass) {
            throw new AssertionError("decoding goes step by step");
        }

        @Override
        public Variable logitsAt(Tensor places, Tensor inputIds, Tensor inputMask, Tensor decoderIds, Pass pass) {
            throw new AssertionError("decoding goes step by step");
        }

        @Override
        public Decoding startDecoding(Tensor inputIds, Tensor inputMask) {
            return new Decoding() {
                @Override
                public Tensor next(Tensor ids) {
                    int step = given.size();
                    given.add(ids.toLongs());
                    float[] scores = new float[script.length * vocabulary];
                    for (int b = 0; b < script.length; b++) {
                        if (script[b][step] < 0) {
                            scores[b * vocabulary + 3] = Float.NaN;
                        } else {
                            // and again at the last symbol: of equal scores the first wins
                            scores[b * vocabulary + script[b][step]] = 1;
                            scores[(b + 1) * vocabulary - 1] = 1;
                        }
                    }
                    return Tensor.of(BACKEND, Shape.of(script.length, vocabulary), scores);
                }

                @Override
                public void reorder(Tensor rows) {
                    throw new AssertionError("a greedy decoding keeps its rows");
                }
            };
        }

        @Override
        public Sites sites() {
            return Sites.join(List.of());
        }

        @Override
        public Map<String, Variable> weights() {
            return Map.of();
        }
    }

    private static long[][] decode(Scripted model, int steps) {
        int batch = model.script.length;
        Tensor ids = Tensor.ofLongs(BACKEND, Shape.of(batch, 1), new long[batch]);
        return greedy(END, steps, new ScopePool(BACKEND)).write(model, START, ids, ids);
    }

    private static Generator greedy(long end, int steps, ScopePool memory) {
        return new Generator(new Search.Greedy(), new Ending(Set.of(end), 0, steps), memory);
    }

    @Test
    void everyRowStopsAtItsEndAndIsPaddedBehindIt() {
        int[][] script = {{5, 2, 7, 7, 7}, {4, 4, 4, 2, 7}};
        Scripted model = new Scripted(10, script, new ArrayList<>());
        assertThat(decode(model, 5)).isDeepEqualTo(new long[][] {{5, 2, 0, 0}, {4, 4, 4, 2}});
        assertThat(model.given)
                .containsExactly(new long[] {1, 1}, new long[] {5, 4}, new long[] {2, 4}, new long[] {0, 4});
    }

    @Test
    void aRowWithoutEndStopsAtTheLastStep() {
        Scripted model = new Scripted(10, new int[][] {{5, 6, 7, 8}}, new ArrayList<>());
        assertThat(decode(model, 3)).isDeepEqualTo(new long[][] {{5, 6, 7}});
    }

    @Test
    void aScoreThatIsNoNumberStopsTheDecoding() {
        Scripted model = new Scripted(10, new int[][] {{5, -1}}, new ArrayList<>());
        assertThatThrownBy(() -> decode(model, 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the score of symbol 3 at step 1 is not a number");
        assertThatThrownBy(() -> new Ending(Set.of(2L), 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1 step");
    }

    @Provide
    Arbitrary<Machine> machines() {
        return Arbitraries.of(Machine.all());
    }

    /** Each step again over everything written so far, without a cache. */
    private static long[][] decodeWithoutCache(Bart model, Tensor ids, Tensor mask, int steps) {
        int batch = ids.shape().dim(0);
        long[][] written = new long[batch][steps + 1];
        boolean[] ended = new boolean[batch];
        for (long[] row : written) {
            row[0] = START;
        }
        for (int step = 0; step < steps; step++) {
            long[] soFar = new long[batch * (step + 1)];
            Arrays.setAll(soFar, i -> written[i / (soFar.length / batch)][i % (soFar.length / batch)]);
            Tensor target = Tensor.ofLongs(ids.backend(), Shape.of(batch, step + 1), soFar);
            double[] scores = model.logits(ids, mask, target, Pass.inference())
                    .data()
                    .slice(1, step, step + 1)
                    .toDoubles();
            int vocabulary = scores.length / batch;
            for (int b = 0; b < batch; b++) {
                int best = 0;
                for (int v = 1; v < vocabulary; v++) {
                    best = scores[b * vocabulary + v] > scores[b * vocabulary + best] ? v : best;
                }
                written[b][step + 1] = ended[b] ? 0 : best;
                ended[b] |= best == END;
            }
        }
        return Arrays.stream(written)
                .map(row -> Arrays.copyOfRange(row, 1, steps + 1))
                .toArray(long[][]::new);
    }

    private static Bart random(Machine machine, long seed) {
        Stack stack = new Stack(1, 2, 12);
        TransformerSettings settings =
                TransformerSettings.of(7, 8, 24, stack, stack).initStd(1);
        return new Bart(settings, new RandomWeights(machine.backend(), machine.dtype(), seed));
    }

    @Property(tries = 60)
    void theCacheChangesNoSymbol(@ForAll("machines") Machine machine, @ForAll long seed) {
        Bart model = random(machine, seed);
        Tensor ids = Tensor.ofLongs(machine.backend(), Shape.of(3, 4), 1, 3, 4, 2, 1, 5, 2, 0, 1, 6, 6, 2);
        double[] visible = {1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1};
        Tensor mask = Tensor.of(machine.backend(), machine.dtype(), Shape.of(3, 4), visible);
        long[][] cached = greedy(END, 20, new ScopePool(machine.backend())).write(model, START, ids, mask);
        long[][] plain = decodeWithoutCache(model, ids, mask, 20);
        for (int b = 0; b < cached.length; b++) {
            assertThat(Arrays.copyOf(cached[b], 20)).isEqualTo(plain[b]);
        }
    }

    @Test
    void aLongerDecodingTakesNoMoreMemoryPerStep() {
        Bart model = random(Machine.EXACT, 3);
        Backend backend = Machine.EXACT.backend();
        Tensor ids = Tensor.ofLongs(backend, Shape.of(1, 3), 1, 4, 2);
        Tensor mask = Tensor.of(backend, Machine.EXACT.dtype(), Shape.of(1, 3), 1.0, 1, 1);
        ScopePool memory = new ScopePool(backend);
        // no symbol is the end, so all steps are made; 15 and 24 places need blocks of one size class
        greedy(-1, 15, memory).write(model, START, ids, mask);
        int allocations = memory.allocations();
        greedy(-1, 24, memory).write(model, START, ids, mask);
        assertThat(memory.allocations()).isEqualTo(allocations);
    }
}
