package dev.rankine.transformer;

import static dev.rankine.transformer.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Corners;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.StatisticsReport;

/** What holds for every encoder-decoder, whatever its form and its weights. */
class BartPropertyTest {
    private static final int TRIES = 60;

    @Provide
    Arbitrary<ModelCase> cases() {
        return ModelCase.arbitrary();
    }

    private static Tensor logits(Bart model, Tensor source, Tensor mask, Tensor target) {
        return model.logits(source, mask, target, Pass.inference()).data();
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theCasesReachTheirCorners(@ForAll("cases") ModelCase sample) {
        long shortened = IntStream.range(0, sample.batch())
                .filter(row -> sample.length(row) < sample.source())
                .count();
        Corners.atLeast(10, "one row", sample.batch() == 1);
        Corners.atLeast(5, "a source of one symbol", sample.source() == 1);
        Corners.atLeast(5, "a target of one symbol", sample.target() == 1);
        Corners.atLeast(40, "padding", shortened > 0);
        Corners.atLeast(
                10,
                "stacks of different heights",
                sample.settings().encoder().layers()
                        != sample.settings().decoder().layers());
    }

    @Property(tries = TRIES)
    void whatComesLaterChangesNothingBefore(
            @ForAll("cases") ModelCase sample, @ForAll @IntRange(min = 0, max = 5) int from) {
        Bart model = sample.bart();
        int kept = Math.min(from, sample.target() - 1);
        long[][] changed = sample.targetRows();
        for (long[] row : changed) {
            for (int t = kept; t < row.length; t++) {
                row[t] = (row[t] + 3) % sample.settings().vocabulary();
            }
        }
        Tensor before = logits(model, sample.sourceIds(), sample.sourceMask(), sample.targetIds());
        Tensor after = logits(model, sample.sourceIds(), sample.sourceMask(), sample.ids(changed));
        assertThat(after.slice(1, 0, kept).toDoubles())
                .isEqualTo(before.slice(1, 0, kept).toDoubles());
    }

    @Property(tries = TRIES)
    void morePaddingChangesNothing(@ForAll("cases") ModelCase sample, @ForAll @IntRange(min = 1, max = 6) int more) {
        Bart model = sample.bart();
        int longer = sample.source() + more;
        long[][] ids = Arrays.stream(sample.sourceRows())
                .map(row -> padded(row, longer))
                .toArray(long[][]::new);
        double[][] mask = Arrays.stream(sample.maskRows())
                .map(row -> Arrays.copyOf(row, longer))
                .toArray(double[][]::new);
        Tensor tight = logits(model, sample.sourceIds(), sample.sourceMask(), sample.targetIds());
        Tensor loose = logits(model, sample.ids(ids), sample.mask(mask), sample.targetIds());
        assertClose(loose, tight, sample.machine().tolerance());
    }

    private static long[] padded(long[] row, int length) {
        long[] longer = Arrays.copyOf(row, length);
        Arrays.fill(longer, row.length, length, ModelCase.PADDING);
        return longer;
    }

    @Property(tries = TRIES)
    void whatStandsInPaddingDoesNotMatter(@ForAll("cases") ModelCase sample) {
        Bart model = sample.bart();
        long[][] other = sample.sourceRows();
        for (int b = 0; b < other.length; b++) {
            Arrays.fill(other[b], sample.length(b), sample.source(), 5);
        }
        Tensor before = logits(model, sample.sourceIds(), sample.sourceMask(), sample.targetIds());
        Tensor after = logits(model, sample.ids(other), sample.sourceMask(), sample.targetIds());
        assertThat(after.toDoubles()).isEqualTo(before.toDoubles());
    }

    @Property(tries = TRIES)
    void theOrderOfTheRowsIsTheOrderOfTheResults(@ForAll("cases") ModelCase sample, @ForAll Random random) {
        Bart model = sample.bart();
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, sample.batch()).boxed().toList());
        Collections.shuffle(order, random);
        Tensor straight = logits(model, sample.sourceIds(), sample.sourceMask(), sample.targetIds());
        double[][] mask = order.stream().map(b -> sample.maskRows()[b]).toArray(double[][]::new);
        Tensor shuffled = logits(
                model,
                sample.ids(ModelCase.reordered(sample.sourceRows(), order)),
                sample.mask(mask),
                sample.ids(ModelCase.reordered(sample.targetRows(), order)));
        for (int b = 0; b < order.size(); b++) {
            int from = order.get(b);
            assertClose(
                    shuffled.slice(0, b, b + 1),
                    straight.slice(0, from, from + 1),
                    sample.machine().tolerance());
        }
    }

    @Property(tries = TRIES)
    void stepByStepGivesWhatAllAtOnceGives(@ForAll("cases") ModelCase sample) {
        Bart model = sample.bart();
        Tensor atOnce = logits(model, sample.sourceIds(), sample.sourceMask(), sample.targetIds());
        Decoding decoding = model.startDecoding(sample.sourceIds(), sample.sourceMask());
        assertSteps(sample, decoding, atOnce);
    }

    @Property(tries = TRIES)
    void aDecoderAloneGivesStepByStepWhatItGivesAtOnce(@ForAll("cases") ModelCase sample) {
        DecoderOnly model = sample.decoderOnly();
        Tensor atOnce = model.logits(sample.targetIds(), null, Pass.inference()).data();
        assertSteps(sample, model.startDecoding(sample.batch()), atOnce);
    }

    private static void assertSteps(ModelCase sample, Decoding decoding, Tensor atOnce) {
        long[][] target = sample.targetRows();
        for (int t = 0; t < sample.target(); t++) {
            int place = t;
            long[] symbols = Arrays.stream(target).mapToLong(row -> row[place]).toArray();
            Tensor ids = Tensor.ofLongs(sample.machine().backend(), Shape.of(symbols.length), symbols);
            Tensor expected = atOnce.slice(1, t, t + 1)
                    .reshape(Shape.of(sample.batch(), sample.settings().vocabulary()));
            assertClose(decoding.next(ids), expected, sample.machine().tolerance());
        }
    }

    @Property(tries = TRIES)
    void whatStandsInPaddingInFrontOfALanguageModelDoesNotMatter(@ForAll("cases") ModelCase sample) {
        DecoderOnly model = sample.decoderOnly();
        double[][] mask = new double[sample.batch()][sample.target()];
        for (double[] row : mask) {
            Arrays.fill(row, 1, row.length, 1);
        }
        long[][] other = sample.targetRows();
        for (long[] row : other) {
            row[0] = (row[0] + 1) % sample.settings().vocabulary();
        }
        Tensor before = model.logits(sample.targetIds(), sample.mask(mask), Pass.inference())
                .data();
        Tensor after = model.logits(sample.ids(other), sample.mask(mask), Pass.inference())
                .data();
        assertThat(after.slice(1, 1, sample.target()).toDoubles())
                .isEqualTo(before.slice(1, 1, sample.target()).toDoubles());
    }

    @Property(tries = TRIES)
    void anEncoderAloneReadsWhatTheEncoderOfAPairReads(@ForAll("cases") ModelCase sample) {
        EncoderOnly alone = sample.encoderOnly();
        Encoded encoded = alone.apply(sample.sourceIds(), sample.sourceMask(), Pass.inference());
        assertThat(encoded.states().shape())
                .isEqualTo(Shape.of(
                        sample.batch(), sample.source(), sample.settings().width()));
        assertThat(encoded.mask().toDoubles()).isEqualTo(sample.sourceMask().toDoubles());
        assertThat(alone.weights().keySet())
                .containsAll(sample.bart().weights().keySet().stream()
                        .filter(name -> name.startsWith("model.encoder."))
                        .toList());
    }
}
