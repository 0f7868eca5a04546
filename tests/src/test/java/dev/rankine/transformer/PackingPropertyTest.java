package dev.rankine.transformer;

import static dev.rankine.transformer.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.CallCounter;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.autograd.op.Multiply;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.AsDevice;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.IdOutOfRange;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.site.KeyValueSite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What a model makes of a batch without its padding is what it makes of the padded one, random numbers and gradients included. */
class PackingPropertyTest {
    /** Numbers of attention's dropout count by the length of a sequence, which is another with padding. */
    private static final Dropouts BESIDE_ATTENTION = new Dropouts(0.3, 0, 0.1);

    @Provide
    Arbitrary<ModelCase> models() {
        return ModelCase.arbitrary().map(sample -> dropping(sample, BESIDE_ATTENTION));
    }

    private static ModelCase dropping(ModelCase sample, Dropouts dropouts) {
        return new ModelCase(
                sample.machine(),
                sample.settings().dropout(dropouts),
                sample.batch(),
                sample.source(),
                sample.target(),
                sample.seed());
    }

    private static Pass training(ModelCase sample, long... examples) {
        Backend backend = sample.machine().backend();
        Tensor clock = Tensor.ofLongs(backend, Shape.of(2), 5, 6);
        return Pass.training(new Draw(clock, 0, Tensor.ofLongs(backend, Shape.of(examples.length), examples)));
    }

    private static Pass training(ModelCase sample) {
        return training(sample, LongStream.range(7, 7 + sample.batch()).toArray());
    }

    /** Symbols anywhere; some rows may have none. */
    private static double[][] holes(ModelCase sample, int length) {
        double[][] mask = new double[sample.batch()][length];
        for (int b = 0; b < mask.length; b++) {
            int row = b;
            Arrays.setAll(mask[b], s -> Philox.uniform(sample.seed(), 5, 0, row, s) < 0.6 ? 1 : 0);
        }
        return mask;
    }

    /** Some of the cells of a batch for which the mask is 1, in their order. */
    private static Tensor places(ModelCase sample, double[][] mask, double share) {
        double[] cells = Arrays.stream(mask).flatMapToDouble(Arrays::stream).toArray();
        long[] some = IntStream.range(0, cells.length)
                .filter(cell -> cells[cell] == 1 && Philox.uniform(sample.seed(), 6, 0, 0, cell) < share)
                .asLongStream()
                .toArray();
        return Tensor.ofLongs(sample.machine().backend(), Shape.of(some.length), some);
    }

    private static double[][] all(int rows, int columns) {
        double[][] ones = new double[rows][columns];
        Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
        return ones;
    }

    private static Variable picked(Tensor places, Variable x) {
        Shape shape = x.shape();
        Variable rows = Reshape.reshape(x, Shape.of(shape.dim(0) * shape.dim(1), shape.dim(2)));
        return Embedding.embedding(places, rows);
    }

    private static void assertSame(ModelCase sample, Module model, Variable found, Variable expected) {
        double tolerance = sample.machine().tolerance();
        assertClose(found.data(), expected.data(), tolerance);
        Variable direction = Variable.constant(sample.normal(1, found.shape()));
        Collection<Variable> weights = model.weights().values();
        List<double[]> wanted = gradients(weights, Multiply.multiply(expected, direction));
        List<double[]> had = gradients(weights, Multiply.multiply(found, direction));
        for (int i = 0; i < wanted.size(); i++) {
            assertClose(had.get(i), wanted.get(i), 30 * tolerance);
        }
    }

    private static List<double[]> gradients(Collection<Variable> weights, Variable outputs) {
        weights.forEach(Variable::clearGradient);
        Sum.sum(outputs, 0, 1).backward();
        return weights.stream()
                .map(weight -> {
                    Tensor gradient = weight.gradient();
                    return gradient == null
                            ? new double[Math.toIntExact(weight.data().shape().size())]
                            : gradient.toDoubles();
                })
                .toList();
    }

    private static <M extends Module> M trained(M model) {
        model.weights().values().forEach(weight -> weight.requiresGradient(true));
        return model;
    }

    @Property(tries = 60)
    void anEncoderDecoder(@ForAll("models") ModelCase sample, @ForAll boolean holes) {
        Bart model = trained(sample.bart());
        Tensor mask = sample.mask(holes ? holes(sample, sample.source()) : sample.maskRows());
        Tensor places = places(sample, all(sample.batch(), sample.target()), 0.7);
        Tensor source = sample.sourceIds();
        Tensor target = sample.targetIds();
        Variable whole = model.logits(source, mask, target, training(sample));
        Variable found = model.logitsAt(places, source, mask, target, training(sample));
        assertSame(sample, model, found, picked(places, whole));
    }

    @Property(tries = 40)
    void anEncoder(@ForAll("models") ModelCase sample, @ForAll boolean holes) {
        EncoderOnly model = trained(sample.encoderOnly());
        double[][] rows = holes ? holes(sample, sample.source()) : sample.maskRows();
        Tensor mask = sample.mask(rows);
        Tensor places = places(sample, rows, 0.7);
        Tensor ids = sample.sourceIds();
        Variable whole = model.apply(ids, mask, training(sample)).states();
        assertSame(sample, model, model.at(places, ids, mask, null, training(sample)), picked(places, whole));
    }

    @Property(tries = 40)
    void theStateThatAClassifierReads(@ForAll("models") ModelCase sample) {
        EncoderOnly model = trained(sample.encoderOnly());
        Tensor mask = sample.sourceMask();
        Tensor ids = sample.sourceIds();
        Variable whole = model.apply(ids, mask, training(sample)).states();
        long[] firsts = LongStream.range(0, sample.batch())
                .map(b -> b * sample.source())
                .toArray();
        Tensor places = Tensor.ofLongs(sample.machine().backend(), Shape.of(firsts.length), firsts);
        assertSame(sample, model, model.first(ids, mask, null, training(sample)), picked(places, whole));
    }

    @Property(tries = 40)
    void aDecoderAlone(@ForAll("models") ModelCase sample, @ForAll boolean rotary, @ForAll boolean masked) {
        Form form = sample.settings().form();
        PositionKind turned = new PositionKind.Rotary(10, new RotaryScaling.None());
        boolean evenHeads = 6 / sample.settings().decoder().heads() % 2 == 0;
        PositionKind kind = rotary && evenHeads ? turned : form.positions();
        DecoderOnly model = trained(new DecoderOnly(
                sample.settings().form(new Form(form.activation(), form.norms(), kind, form.scaleEmbedding())),
                sample.weights()));
        double[][] rows = masked ? holes(sample, sample.target()) : all(sample.batch(), sample.target());
        Tensor places = places(sample, rows, 0.5);
        Tensor mask = masked ? sample.mask(rows) : null;
        Variable whole = model.logits(sample.targetIds(), mask, training(sample));
        Variable found = model.logitsAt(places, sample.targetIds(), mask, training(sample));
        assertSame(sample, model, found, picked(places, whole));
    }

    /** A layer that runs again in the backward pass ends its memory in between; what all layers share must outlive it. */
    @Property(tries = 20)
    void layersMayRunAgain(@ForAll("models") ModelCase base) {
        ModelCase sample = dropping(base, new Dropouts(0, 0.2, 0.1));
        Bart model = trained(sample.bart());
        Tensor places = places(sample, all(sample.batch(), sample.target()), 0.7);
        List<List<double[]>> gradients = new ArrayList<>();
        for (boolean again : new boolean[] {false, true}) {
            try (Scope _ = Scope.open(sample.machine().backend())) {
                Pass pass = training(sample).recomputing(again);
                Variable scores =
                        model.logitsAt(places, sample.sourceIds(), sample.sourceMask(), sample.targetIds(), pass);
                gradients.add(gradients(model.weights().values(), scores));
            }
        }
        for (int i = 0; i < gradients.get(0).size(); i++) {
            assertThat(gradients.get(1).get(i)).isEqualTo(gradients.get(0).get(i));
        }
    }

    /** With padding the numbers of attention's dropout would depend on the longest of the batch. */
    @Property(tries = 30)
    void dropsTheSameInAnyBatch(@ForAll("models") ModelCase model) {
        ModelCase sample = dropping(model, new Dropouts(0.3, 0.2, 0.1));
        Bart bart = sample.bart();
        Tensor places = places(sample, all(sample.batch(), sample.target()), 0.7);
        Tensor all = logits(sample, bart, 0, sample.batch(), places);
        int done = 0;
        for (int b = 0; b < sample.batch(); b++) {
            int row = b;
            long[] own = Arrays.stream(places.toLongs())
                    .filter(place -> place / sample.target() == row)
                    .map(place -> place % sample.target())
                    .toArray();
            Tensor ownPlaces = Tensor.ofLongs(sample.machine().backend(), Shape.of(own.length), own);
            Tensor one = logits(sample, bart, b, b + 1, ownPlaces);
            assertClose(
                    one,
                    all.slice(0, done, done + own.length),
                    10 * sample.machine().tolerance());
            done += own.length;
        }
    }

    /** Of some rows of a batch, cut to the longest source of these. */
    private static Tensor logits(ModelCase sample, Bart model, int from, int to, Tensor places) {
        int longest = IntStream.range(from, to).map(sample::length).max().orElseThrow();
        return model.logitsAt(
                        places,
                        sample.sourceIds().slice(0, from, to).slice(1, 0, longest),
                        sample.sourceMask().slice(0, from, to).slice(1, 0, longest),
                        sample.targetIds().slice(0, from, to),
                        training(sample, LongStream.range(from, to).toArray()))
                .data();
    }

    @Example
    void whatIsOfAnotherBatchIsRefused() {
        ModelCase sample = ModelCase.of(Machine.EXACT, Form.BART);
        Bart model = sample.bart();
        Tensor source = sample.sourceIds();
        Tensor mask = sample.sourceMask();
        Tensor target = sample.targetIds();
        Tensor places = places(sample, all(3, 4), 1);
        Tensor shorter = mask.slice(1, 0, 4);
        assertThatThrownBy(() -> model.logitsAt(places, source, shorter, target, Pass.inference()))
                .isInstanceOf(ShapeMismatch.class)
                .hasMessageContaining("the mask");
        assertThatThrownBy(() -> model.logitsAt(places, source, mask, target, training(sample, 1, 2)))
                .isInstanceOf(ShapeMismatch.class)
                .hasMessageContaining("examples");
        Tensor beyond = Tensor.ofLongs(Machine.EXACT.backend(), Shape.of(1), 12);
        assertThatThrownBy(() -> model.logitsAt(beyond, source, mask, target, Pass.inference()))
                .isInstanceOf(IdOutOfRange.class);
        EncoderOnly encoder = sample.encoderOnly();
        assertThatThrownBy(() -> encoder.first(source, mask, target, Pass.inference()))
                .isInstanceOf(ShapeMismatch.class);
        assertThatThrownBy(() -> encoder.first(source.slice(0, 0, 2), mask, null, Pass.inference()))
                .isInstanceOf(ShapeMismatch.class);
    }

    private static Set<String> calls(boolean device, double[] mask, boolean prefix) {
        Backend plain = new ReferenceBackend();
        CallCounter counter = new CallCounter(device ? AsDevice.over(plain) : plain);
        Machine machine = new Machine(counter.backend(), DType.F64, 0);
        ModelCase base = ModelCase.of(machine, Form.BART);
        ModelCase sample = new ModelCase(machine, base.settings(), 1, mask.length, 4, 17);
        Bart model = sample.bart();
        if (prefix) {
            for (KeyValueSite site : model.sites().keyValue()) {
                Variable rows = Variable.constant(sample.normal(8, Shape.of(1, site.heads(), 2, site.headWidth())));
                site.occupy((batch, pass) -> new KeyValueSite.Extra(rows, rows));
            }
        }
        Tensor places = places(sample, all(1, 4), 1);
        model.logitsAt(places, sample.sourceIds(), sample.mask(mask), sample.targetIds(), Pass.inference());
        List<String> attentions = new ArrayList<>(counter.names());
        attentions.removeIf(name -> !name.equals("attention") && !name.equals("sequenceAttention"));
        return Set.copyOf(attentions);
    }

    @Example
    void isLeftOutWhereItSavesNothingOrCannotBe() {
        double[] padded = {1, 1, 0};
        assertThat(calls(false, padded, false)).contains("sequenceAttention");
        assertThat(calls(false, new double[] {1, 1, 1}, false)).containsExactly("attention");
        assertThat(calls(false, padded, true)).containsExactly("attention");
        assertThat(calls(true, padded, false)).containsExactly("attention");
    }
}
