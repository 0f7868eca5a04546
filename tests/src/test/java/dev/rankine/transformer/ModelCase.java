package dev.rankine.transformer;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** A small model with a batch: source rows of different lengths, padded, and target rows. */
record ModelCase(Machine machine, TransformerSettings settings, int batch, int source, int target, long seed) {
    static final long PADDING = 1;
    private static final int VOCABULARY = 11;
    private static final int LONGEST = 24;

    static Arbitrary<ModelCase> arbitrary() {
        Arbitrary<Form> forms = Combinators.combine(
                        Arbitraries.of(Activation.class),
                        Arbitraries.of(NormOrder.class),
                        Arbitraries.of(PositionKind.LEARNED, PositionKind.SINUSOIDAL),
                        Arbitraries.of(true, false))
                .as(Form::new);
        Arbitrary<Stack> stacks = Combinators.combine(
                        Arbitraries.integers().between(1, 2), Arbitraries.of(1, 2, 3), Arbitraries.of(1, 5, 10))
                .as(Stack::new);
        Arbitrary<TransformerSettings> settings = Combinators.combine(forms, stacks, stacks)
                .as((form, encoder, decoder) -> TransformerSettings.of(VOCABULARY, 6, LONGEST, encoder, decoder)
                        .form(form)
                        .initStd(0.5));
        return Combinators.combine(
                        Arbitraries.of(Machine.all()),
                        settings,
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(1, 7),
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.longs())
                .as(ModelCase::new);
    }

    /** A model of this form with two layers and dropout everywhere, and three rows. */
    static ModelCase of(Machine machine, Form form) {
        Stack stack = new Stack(2, 2, 8);
        TransformerSettings settings = TransformerSettings.of(VOCABULARY, 6, LONGEST, stack, stack)
                .form(form)
                .dropout(new Dropouts(0.3, 0.2, 0.1))
                .initStd(0.5);
        return new ModelCase(machine, settings, 3, 5, 4, 17);
    }

    Weights weights() {
        return new RandomWeights(machine.backend(), machine.dtype(), seed);
    }

    Bart bart() {
        return new Bart(settings, weights());
    }

    DecoderOnly decoderOnly() {
        return new DecoderOnly(settings, weights());
    }

    EncoderOnly encoderOnly() {
        return new EncoderOnly(settings, weights());
    }

    /** Symbols of the source in a row, at least 1; the first row is full. */
    int length(int row) {
        return row == 0 ? source : 1 + (int) (source * Philox.uniform(seed, 1, 0, row, 0));
    }

    long[][] sourceRows() {
        long[][] rows = symbols(source, 2);
        for (int b = 0; b < batch; b++) {
            Arrays.fill(rows[b], length(b), source, PADDING);
        }
        return rows;
    }

    double[][] maskRows() {
        double[][] rows = new double[batch][source];
        for (int b = 0; b < batch; b++) {
            Arrays.fill(rows[b], 0, length(b), 1);
        }
        return rows;
    }

    long[][] targetRows() {
        return symbols(target, 3);
    }

    private long[][] symbols(int length, long stream) {
        long[][] rows = new long[batch][length];
        for (int b = 0; b < batch; b++) {
            for (int t = 0; t < length; t++) {
                rows[b][t] = 2 + (long) ((VOCABULARY - 2) * Philox.uniform(seed, stream, 0, b, t));
            }
        }
        return rows;
    }

    Tensor ids(long[]... rows) {
        long[] values = Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray();
        return Tensor.ofLongs(machine.backend(), Shape.of(rows.length, rows[0].length), values);
    }

    Tensor mask(double[]... rows) {
        double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        return Tensor.of(machine.backend(), machine.dtype(), Shape.of(rows.length, rows[0].length), values);
    }

    Tensor sourceIds() {
        return ids(sourceRows());
    }

    Tensor sourceMask() {
        return mask(maskRows());
    }

    Tensor targetIds() {
        return ids(targetRows());
    }

    /** Numbers from the normal distribution, persistent. */
    Tensor normal(long stream, Shape shape) {
        double[] values = new double[Math.toIntExact(shape.size())];
        Arrays.setAll(values, i -> Philox.normal(seed, stream, 0, 0, i));
        return Tensor.of(machine.backend(), machine.dtype(), shape, values);
    }

    /** The rows of a batch in another order. */
    static long[][] reordered(long[][] rows, List<Integer> order) {
        return order.stream().map(b -> rows[b]).toArray(long[][]::new);
    }
}
