package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Layout;
import dev.rankine.tensor.Samples;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

/** What attention makes of a head depends on nothing but this head. */
class AttentionPropertyTest {
    private static final VectorBackend ONE = new VectorBackend(1);
    private static final VectorBackend THREE = new VectorBackend(3);

    @AfterContainer
    static void close() {
        ONE.close();
        THREE.close();
    }

    /** One call: operands from a seed, results. */
    private record Call(Tensor q, Tensor k, Tensor v, Tensor mask, Backend.Dropout dropout, List<Tensor> results) {
        static Call of(Backend backend, int b, int heads, int t, int s, int d, long seed) {
            Samples samples = new Samples(backend, seed);
            Tensor clock = Tensor.ofLongs(backend, Shape.of(2), seed, 3);
            Tensor examples =
                    Tensor.ofLongs(backend, Shape.of(b), LongStream.range(0, b).toArray());
            Call call = new Call(
                    heads(samples, b, heads, t, d),
                    heads(samples, b, heads, s, d),
                    heads(samples, b, heads, s, d),
                    samples.mask(DType.F32, Shape.of(b, 1, 1, s), Layout.ROW_MAJOR),
                    new Backend.Dropout(0.2, new Draw(clock, 5, examples)),
                    List.of(
                            samples.room(DType.F32, Shape.of(b, heads, t, d)),
                            samples.room(DType.F32, Shape.of(b, heads, t, 2)),
                            samples.room(DType.F32, Shape.of(b, heads, t, d)),
                            samples.room(DType.F32, Shape.of(b, heads, s, d)),
                            samples.room(DType.F32, Shape.of(b, heads, s, d))));
            call.run(backend, t, s);
            return call;
        }

        private static Tensor heads(Samples samples, int b, int heads, int rows, int d) {
            return samples.of(DType.F32, Shape.of(b, rows, heads, d), Layout.ROW_MAJOR)
                    .transpose(1, 2);
        }

        private void run(Backend backend, int t, int s) {
            Tensor seen = mask.expand(Shape.of(q.shape().dim(0), q.shape().dim(1), t, s));
            Tensor out = results.get(0);
            Tensor saved = results.get(1);
            backend.attention(q, k, v, seen, 0.3, dropout, out, saved);
            backend.attentionBackward(
                    q, k, v, seen, saved, 0.3, dropout, out, results.get(2), results.get(3), results.get(4));
        }
    }

    @Property(tries = 12)
    void bitsDependOnNoOtherThread(
            @ForAll @IntRange(min = 1, max = 3) int b,
            @ForAll @IntRange(min = 1, max = 9) int heads,
            @ForAll @IntRange(min = 1, max = 40) int t,
            @ForAll @IntRange(min = 1, max = 40) int s,
            @ForAll @IntRange(min = 1, max = 40) int d,
            @ForAll long seed) {
        List<Tensor> alone = Call.of(ONE, b, heads, t, s, d, seed).results();
        List<Tensor> shared = Call.of(THREE, b, heads, t, s, d, seed).results();
        for (int i = 0; i < alone.size(); i++) {
            assertThat(shared.get(i).toDoubles()).containsExactly(alone.get(i).toDoubles());
        }
    }

    /** Heads are packed together, and their queries cut into blocks: the last example alone has the same bits. */
    @Property(tries = 12)
    void bitsDependOnNoOtherExample(
            @ForAll @IntRange(min = 2, max = 3) int b,
            @ForAll @IntRange(min = 1, max = 9) int heads,
            @ForAll @IntRange(min = 1, max = 40) int t,
            @ForAll @IntRange(min = 1, max = 40) int s,
            @ForAll @IntRange(min = 1, max = 40) int d,
            @ForAll long seed) {
        Call all = Call.of(ONE, b, heads, t, s, d, seed);
        Draw draw = all.dropout().draw();
        Draw last = new Draw(draw.clock(), draw.stream(), draw.examples().slice(0, b - 1, b));
        Call one = new Call(
                all.q().slice(0, b - 1, b),
                all.k().slice(0, b - 1, b),
                all.v().slice(0, b - 1, b),
                all.mask().slice(0, b - 1, b),
                new Backend.Dropout(0.2, last),
                all.results().stream()
                        .map(x -> Tensor.zeros(ONE, DType.F32, x.shape().with(0, 1)))
                        .toList());
        one.run(ONE, t, s);
        for (int i = 0; i < one.results().size(); i++) {
            assertThat(one.results().get(i).toDoubles())
                    .containsExactly(all.results().get(i).slice(0, b - 1, b).toDoubles());
        }
    }
}
