package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Layout;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Samples;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.SequenceForm;
import dev.rankine.tensor.Sequences;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Operations that wait for each other, in whatever order and memory, make the bits that they make one by one. */
class RowWorkPropertyTest {
    private static final int EXAMPLES = 32;
    private static final int WIDTH = 64;
    private static final int RANK = 8;

    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void putOffOrOneByOneTheBitsAreTheSame(
            @ForAll("rows") int rows, @ForAll @IntRange(min = 1, max = 4) int threads, @ForAll long seed) {
        assertThat(new Program(rows, seed).run(threads, false)).isDeepEqualTo(new Program(rows, seed).run(1, true));
    }

    @Provide
    Arbitrary<Integer> rows() {
        return Arbitraries.of(EXAMPLES, 3 * EXAMPLES, 16 * EXAMPLES, 36 * EXAMPLES, 1000, 683, 547, 33);
    }

    /** A random sequence of operations on tensors of as many rows, the same for the same seed. */
    private static final class Program {
        private static final int OPERATIONS = 40;

        private final int rows;
        private final Random random;
        private final long seed;

        Program(int rows, long seed) {
            this.rows = rows;
            this.seed = seed;
            random = new Random(seed);
        }

        /** What is left at the end, and what was read on the way. */
        float[][] run(int threads, boolean oneByOne) {
            List<float[]> read = new ArrayList<>();
            try (VectorBackend backend = new VectorBackend(threads, () -> 0);
                    Scope scope = Scope.open(backend)) {
                Samples samples = new Samples(backend, seed);
                Tensor weight = samples.of(DType.F32, Shape.of(WIDTH, WIDTH), Layout.ROW_MAJOR);
                Tensor factor = samples.of(DType.F32, Shape.of(WIDTH, RANK), Layout.ROW_MAJOR);
                Tensor gamma = samples.of(DType.F32, Shape.of(WIDTH), Layout.ROW_MAJOR);
                List<Tensor> live = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    live.add(samples.of(DType.F32, Shape.of(rows, WIDTH), Layout.ROW_MAJOR)
                            .map(Unary.TANH));
                }
                for (int i = 0; i < OPERATIONS; i++) {
                    Tensor x = live.get(random.nextInt(live.size()));
                    Tensor y = live.get(random.nextInt(live.size()));
                    Tensor made = operation(x, y, weight, factor, gamma, read);
                    if (oneByOne) {
                        backend.finish();
                    }
                    if (live.size() > 4) {
                        end(live.remove(random.nextInt(live.size())));
                    }
                    live.add(made);
                }
                live.forEach(x -> read.add(x.toFloats()));
            }
            return read.toArray(float[][]::new);
        }

        /** Nobody will read it any more: its memory serves others. */
        private static void end(Tensor x) {
            x.storage().hold();
            x.storage().releaseHold();
        }

        private Tensor operation(Tensor x, Tensor y, Tensor weight, Tensor factor, Tensor gamma, List<float[]> read) {
            Backend backend = x.backend();
            Tensor out = x.result("program", x.shape());
            switch (random.nextInt(16)) {
                case 0 -> backend.zip(Binary.ADD, x, y, out);
                case 1 -> backend.map(Unary.GELU, x, out);
                case 2 -> backend.linear(x, weight, gamma, null, out);
                case 3 -> {
                    Tensor h = y.matmul(factor);
                    backend.linear(x, weight, null, new Backend.LowRankTerm(h, factor), out);
                    end(h);
                }
                case 4 -> {
                    Tensor[] ofRank = {x.matmul(factor), x.result("dT", Shape.of(rows, RANK))};
                    Tensor dA = x.result("dA", Shape.of(RANK, WIDTH));
                    Tensor dB = x.result("dB", factor.shape());
                    backend.lowRankBackward(x, y, ofRank[0], factor, 0.5, ofRank[1], dA, dB);
                    backend.zip(
                            Binary.MULTIPLY,
                            x,
                            dB.sumTo(Shape.of(1, RANK)).sumTo(Shape.of(1, 1)).expand(x.shape()),
                            out);
                    read.add(random.nextBoolean() ? dA.toFloats() : new float[0]);
                    List.of(ofRank[0], ofRank[1], dA, dB).forEach(Program::end);
                }
                case 5 -> backend.softmax(x, null, out);
                case 6 -> norm(x, y, gamma, out);
                case 7 -> attention(x, y, out);
                case 11 -> sequences(x, y, out);
                case 12 -> {
                    Tensor dots = x.result("dots", gamma.shape());
                    backend.columnDots(x, random.nextBoolean() ? gamma : null, y, dots);
                    backend.zip(Binary.ADD, y, dots.expand(y.shape()), out);
                    end(dots);
                }
                case 13 -> {
                    Tensor dF = x.result("dF", gamma.shape());
                    backend.scaleColumnsBackward(x, gamma, y, out, dF);
                    read.add(random.nextBoolean() ? dF.toFloats() : new float[0]);
                    end(dF);
                }
                case 14 -> {
                    Tensor scaled = weight.times(gamma);
                    backend.scaledLinear(x, scaled, gamma.reshape(Shape.of(WIDTH, 1)), gamma, null, out);
                    end(scaled);
                }
                case 8 ->
                    backend.copy(
                            x.slice(0, 0, rows).transpose(0, 1).contiguous().transpose(0, 1), out);
                case 9 -> {
                    backend.copy(x, out);
                    backend.affine(out, 0.5, 0.25, out);
                }
                case 10 -> {
                    Tensor sum = x.reduce(Reduction.SUM, 0);
                    backend.zip(Binary.ADD, y, sum.expand(y.shape()), out);
                    read.add(sum.toFloats());
                }
                default -> {
                    backend.copy(x, out);
                    backend.map(Unary.SIGMOID, y.slice(0, 0, rows / 2), out.slice(0, rows - rows / 2, rows));
                }
            }
            return out.map(Unary.TANH);
        }

        private void sequences(Tensor x, Tensor y, Tensor out) {
            int cut = random.nextInt(rows + 1);
            Sequences sequences = Sequences.of(cut / 3, cut - cut / 3, 0, rows - cut);
            SequenceForm form = new SequenceForm(sequences, sequences, 2, 0.5, null, null);
            Tensor saved = x.result("saved", x.backend().sequenceAttentionSaves(form));
            x.backend().sequenceAttention(form, x, y, x, out, saved);
            Tensor dK = x.result("dK", x.shape());
            Tensor dV = x.result("dV", x.shape());
            x.backend().sequenceAttentionBackward(form, x, y, x, saved, y, out, dK, dV);
            List.of(saved, dK, dV).forEach(Program::end);
        }

        private void norm(Tensor x, Tensor f, Tensor gamma, Tensor out) {
            Tensor examples = Tensor.ofLongs(x.backend(), Shape.of(rows), new long[rows]);
            Draw draw = new Draw(Tensor.ofLongs(x.backend(), Shape.of(2), seed, 3), 5, examples);
            Tensor sum = x.result("sum", x.shape());
            Tensor mean = x.result("mean", x.shape().with(-1, 1));
            Tensor rstd = x.result("rstd", x.shape().with(-1, 1));
            Backend.Dropout dropout = new Backend.Dropout(0.25, draw);
            x.backend().residualNorm(x, f, dropout, gamma, gamma, 1e-5, sum, out, mean, rstd);
            List.of(sum, mean, rstd).forEach(Program::end);
        }

        private void attention(Tensor x, Tensor y, Tensor out) {
            int examples = rows % EXAMPLES == 0 ? EXAMPLES : 1;
            Shape split = Shape.of(examples, rows / examples, 2, WIDTH / 2);
            Tensor q = x.reshape(split).transpose(1, 2);
            Tensor k = y.reshape(split).transpose(1, 2);
            Tensor found = x.result("found", q.shape());
            Shape scores = q.shape().with(3, rows / examples);
            Tensor saved = x.result("saved", x.backend().attentionSaves(scores));
            x.backend().attention(q, k, k, null, 0.25, null, found, saved);
            x.backend().copy(found.transpose(1, 2), out.reshape(split));
            List.of(found, saved).forEach(Program::end);
        }
    }
}
