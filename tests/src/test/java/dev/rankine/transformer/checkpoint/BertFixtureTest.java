package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.BertMaskedLanguageModel;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.Pass;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** BERT and RoBERTa against PyTorch, and what a folder of one task gives another. */
class BertFixtureTest {
    static Stream<Arguments> kinds() {
        return Stream.of("bert", "roberta")
                .flatMap(name -> Machine.all().stream().map(machine -> Arguments.of(name, machine)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aClassifierIsThatOfPyTorch(String name, Machine machine) throws IOException {
        ModelFixture fixture = new ModelFixture(name, machine);
        int labels = name.equals("bert") ? 3 : 1;
        var loaded = Checkpoints.classifier(fixture.folder(), labels, fixture.start());
        assertThat(loaded.fresh()).isEmpty();
        assertThat(loaded.unused()).isEmpty();
        BertClassifier model = loaded.model();
        Tensor ids = fixture.get("input_ids");
        Tensor mask = fixture.numbers("attention_mask");
        @Nullable Tensor types = fixture.optional("token_type_ids");
        fixture.assertLikePyTorch(model, () -> model.logits(ids, mask, types, Pass.inference()));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aMaskedLanguageModelIsThatOfPyTorch(String name, Machine machine) throws IOException {
        ModelFixture fixture = new ModelFixture(name + "_words", machine);
        var loaded = Checkpoints.maskedLanguageModel(fixture.folder(), fixture.start());
        assertThat(loaded.fresh()).isEmpty();
        assertThat(loaded.unused()).isEmpty();
        BertMaskedLanguageModel model = loaded.model();
        Tensor ids = fixture.get("input_ids");
        Tensor mask = fixture.numbers("attention_mask");
        @Nullable Tensor types = fixture.optional("token_type_ids");
        fixture.assertLikePyTorch(model, () -> model.logits(ids, mask, types, Pass.inference()));
        Tensor whole = model.logits(ids, mask, types, Pass.inference()).data();
        Tensor places = Tensor.ofLongs(ids.backend(), Shape.of(2), ids.shape().size() - 1, 1);
        Tensor some = model.logitsAt(places, ids, mask, types, Pass.inference()).data();
        int vocabulary = whole.shape().dim(2);
        double[] rows = whole.toDoubles();
        assertThat(some.slice(0, 0, 1).toDoubles())
                .containsExactly(Arrays.copyOfRange(rows, rows.length - vocabulary, rows.length), within(1e-4));
        assertThat(some.slice(0, 1, 2).toDoubles())
                .containsExactly(Arrays.copyOfRange(rows, vocabulary, 2 * vocabulary), within(1e-4));
    }

    @Test
    void aHeadThatTheFolderHasNotIsFreshAndNamed() throws IOException {
        ModelFixture words = new ModelFixture("roberta_words", Machine.EXACT);
        var classifier = Checkpoints.classifier(words.folder(), 2, words.start());
        assertThat(classifier.fresh())
                .containsExactly(
                        "classifier.dense.weight",
                        "classifier.dense.bias",
                        "classifier.out_proj.weight",
                        "classifier.out_proj.bias");
        assertThat(classifier.unused())
                .containsExactlyInAnyOrder(
                        "lm_head.bias",
                        "lm_head.dense.bias",
                        "lm_head.dense.weight",
                        "lm_head.layer_norm.bias",
                        "lm_head.layer_norm.weight");
        Variable logits = classifier
                .model()
                .logits(words.get("input_ids"), words.numbers("attention_mask"), null, Pass.inference());
        assertThat(logits.shape().toArray()).containsExactly(3, 2);
    }

    @Test
    void aHeadForOtherLabelsIsFresh() throws IOException {
        ModelFixture bert = new ModelFixture("bert", Machine.EXACT);
        assertThat(Checkpoints.classifier(bert.folder(), 5, bert.start()).fresh())
                .isEqualTo(List.of("classifier.weight", "classifier.bias"));
        ModelFixture words = new ModelFixture("bert_words", Machine.EXACT);
        assertThat(Checkpoints.classifier(words.folder(), 2, words.start()).fresh())
                .containsExactly(
                        "bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias");
    }
}
