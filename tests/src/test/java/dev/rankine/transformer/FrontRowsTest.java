package dev.rankine.transformer;

import static dev.rankine.transformer.Closeness.assertClose;
import static dev.rankine.transformer.Closeness.assertDifferent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Concatenate;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.autograd.op.Expand;
import dev.rankine.autograd.op.Linear;
import dev.rankine.autograd.op.Square;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.site.InputSite;
import dev.rankine.transformer.site.KeyValueSite;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sites where an adapter puts rows in front: of keys and values, and of the embedded symbols. */
class FrontRowsTest {
    private static final long[] PROMPT = {7, 3, 9};

    static List<Machine> machines() {
        return Machine.all();
    }

    private static ModelCase sample(Machine machine) {
        return ModelCase.of(machine, Form.BART.scaleEmbedding(true));
    }

    private static Tensor logits(ModelCase sample, Bart model) {
        return model.logits(sample.sourceIds(), sample.sourceMask(), sample.targetIds(), Pass.inference())
                .data();
    }

    /** Extra keys and values that are those of more source rows are the attention to the longer source. */
    @ParameterizedTest
    @MethodSource("machines")
    void extraKeysAndValuesAreSeenLikeMoreSource(Machine machine) {
        ModelCase sample = sample(machine);
        TransformerSettings settings = sample.settings();
        MultiHeadAttention attention = new MultiHeadAttention("attn", 2, settings, sample.weights());
        Variable x = Variable.constant(sample.normal(1, Shape.of(3, 4, settings.width())));
        Variable source = Variable.constant(sample.normal(2, Shape.of(3, 5, settings.width())));
        Variable front = Variable.constant(sample.normal(3, Shape.of(3, 2, settings.width())));
        Tensor mask = AttentionMasks.ofKeys(sample.sourceMask());
        Tensor longer = AttentionMasks.behind(2, mask);
        Variable expected = attention.apply(x, Concatenate.concatenate(1, front, source), longer, Pass.inference());
        KeysValues rows = attention.own(front, null, Pass.inference()).keysValues();
        site(attention).occupy((batch, pass) -> new KeyValueSite.Extra(rows.keys(), rows.values()));
        assertClose(attention.apply(x, source, mask, Pass.inference()).data(), expected.data(), machine.tolerance());
    }

    private static KeyValueSite site(MultiHeadAttention attention) {
        return attention.sites().keyValue().getFirst();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void everyQueryOfEveryRowSeesTheExtraValues(Machine machine) {
        ModelCase sample = sample(machine);
        Bart model = sample.bart();
        Tensor plain = logits(sample, model);
        for (KeyValueSite site : model.sites().keyValue()) {
            Shape rows = Shape.of(sample.batch(), site.heads(), 2, site.headWidth());
            Variable keys = Variable.constant(sample.normal(4, rows));
            Variable values = Variable.constant(sample.normal(5, rows));
            site.occupy((batch, pass) -> new KeyValueSite.Extra(keys, values));
            Tensor changed = logits(sample, model);
            for (int b = 0; b < sample.batch(); b++) {
                assertDifferent(
                        changed.slice(0, b, b + 1).slice(1, 0, 1),
                        plain.slice(0, b, b + 1).slice(1, 0, 1));
            }
            site.vacate();
        }
        assertThat(logits(sample, model).toDoubles()).isEqualTo(plain.toDoubles());
    }

    /** Rows that are the embeddings of symbols are those symbols in front of the text. */
    @ParameterizedTest
    @MethodSource("machines")
    void rowsInFrontOfTheInputAreSymbolsInFrontOfTheText(Machine machine) {
        ModelCase sample = sample(machine);
        Bart model = sample.bart();
        Tensor longSource = sample.ids(Arrays.stream(sample.sourceRows())
                .map(FrontRowsTest::behindPrompt)
                .toArray(long[][]::new));
        Tensor longMask = sample.mask(Arrays.stream(sample.maskRows())
                .map(row -> {
                    double[] longer = new double[PROMPT.length + row.length];
                    Arrays.fill(longer, 0, PROMPT.length, 1);
                    System.arraycopy(row, 0, longer, PROMPT.length, row.length);
                    return longer;
                })
                .toArray(double[][]::new));
        Tensor longTarget = sample.ids(Arrays.stream(sample.targetRows())
                .map(FrontRowsTest::behindPrompt)
                .toArray(long[][]::new));
        Tensor expected = model.logits(longSource, longMask, longTarget, Pass.inference())
                .data()
                .slice(1, PROMPT.length, PROMPT.length + sample.target());
        model.sites().input().forEach(site -> site.occupy(prompt(sample, model)));
        assertClose(logits(sample, model), expected, machine.tolerance());
    }

    private static long[] behindPrompt(long[] row) {
        return LongStream.concat(Arrays.stream(PROMPT), Arrays.stream(row)).toArray();
    }

    private static InputSite.Adaptation prompt(ModelCase sample, Bart model) {
        double scale = Math.sqrt(sample.settings().width());
        return (batch, pass) -> {
            long[] ids = new long[batch * PROMPT.length];
            Arrays.setAll(ids, i -> PROMPT[i % PROMPT.length]);
            Tensor places = Tensor.ofLongs(sample.machine().backend(), Shape.of(batch, PROMPT.length), ids);
            Tensor rows = Embedding.embedding(places, model.weights().get("model.shared.weight"))
                    .data();
            return Variable.constant(rows.affine(scale, 0));
        };
    }

    @ParameterizedTest
    @MethodSource("machines")
    void aDecodingKnowsEveryRowInFront(Machine machine) {
        ModelCase sample = sample(machine);
        Bart model = sample.bart();
        model.sites().input().forEach(site -> site.occupy(prompt(sample, model)));
        model.sites().keyValue().forEach(site -> {
            Shape rows = Shape.of(sample.batch(), site.heads(), 2, site.headWidth());
            Variable keys = Variable.constant(sample.normal(4, rows));
            Variable values = Variable.constant(sample.normal(5, rows));
            site.occupy((batch, pass) -> new KeyValueSite.Extra(keys, values));
        });
        model.sites().linear().forEach(site -> {
            Tensor delta = sample.normal(6, site.weight().shape());
            Variable doubled = Variable.constant(site.weight().data().plus(delta.affine(0.1, 0)));
            site.occupy((here, x, pass) -> Linear.linear(x, doubled, here.bias()));
        });
        Tensor atOnce = logits(sample, model);
        Decoding decoding = model.startDecoding(sample.sourceIds(), sample.sourceMask());
        long[][] target = sample.targetRows();
        for (int t = 0; t < sample.target(); t++) {
            int place = t;
            long[] symbols = Arrays.stream(target).mapToLong(row -> row[place]).toArray();
            Tensor scores = decoding.next(Tensor.ofLongs(machine.backend(), Shape.of(symbols.length), symbols));
            assertClose(scores, atOnce.slice(1, t, t + 1).reshape(scores.shape()), machine.tolerance());
        }
    }

    @Test
    void gradientsReachTheRowsInFront() {
        ModelCase sample = sample(Machine.EXACT);
        Bart model = sample.bart();
        Variable input = Variable.parameter(
                sample.normal(7, Shape.of(1, 2, sample.settings().width())));
        KeyValueSite keyValue = model.sites().keyValue().getLast();
        Shape one = Shape.of(1, keyValue.heads(), 2, keyValue.headWidth());
        Variable keys = Variable.parameter(sample.normal(8, one));
        Variable values = Variable.parameter(sample.normal(9, one));
        model.sites()
                .input()
                .forEach(site -> site.occupy(
                        (batch, pass) -> Expand.expand(input, input.shape().with(0, batch))));
        keyValue.occupy((batch, pass) -> new KeyValueSite.Extra(
                Expand.expand(keys, one.with(0, batch)), Expand.expand(values, one.with(0, batch))));
        Differences.check(List.of(input, keys, values), () -> {
            Variable scores =
                    model.logits(sample.sourceIds(), sample.sourceMask(), sample.targetIds(), Pass.inference());
            return Sum.sum(Square.square(scores), 0, 1, 2);
        });
    }

    @ParameterizedTest
    @MethodSource("machines")
    void rowsInFrontCountAsPlaces(Machine machine) {
        ModelCase sample = sample(machine);
        int longest = sample.settings().maxPositions();
        Bart model = sample.bart();
        long[] row = new long[longest];
        double[] mask = new double[longest];
        Arrays.fill(mask, 1);
        Tensor ids = sample.ids(row);
        Tensor seen = sample.mask(mask);
        Tensor target = sample.ids(new long[] {2});
        assertThat(model.logits(ids, seen, target, Pass.inference()).shape()).isEqualTo(Shape.of(1, 1, 11));
        model.sites().input().getFirst().occupy(prompt(sample, model));
        assertThatThrownBy(() -> model.logits(ids, seen, target, Pass.inference()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "model.encoder.embed_positions: a sequence of 27 places is longer than the model's 24")
                .hasMessageContaining("rows that an adapter puts in front count too");
    }
}
