package dev.rankine.lora.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.checkpoint.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters merged into folders of every family: read again they compute what the model with the adapter computes. */
class MergedModelTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final RandomWeights START = new RandomWeights(REFERENCE, DType.F32, 0);
    private static final Method.Run RUN = new Method.Run(3, 0);

    @TempDir
    Path temporary;

    private static Path family(String name) {
        return Repository.root().resolve("tests/fixtures/models").resolve(name);
    }

    /** An adapter as after some training, in its folder. */
    private Path adapter(AdaptedModel adapted, Path base) {
        adapted.parameters().forEach((name, parameter) -> {
            double[] values = new double[Math.toIntExact(parameter.shape().size())];
            Arrays.setAll(values, i -> .2 * Math.sin(i * i + name.length()));
            parameter.data().write(values);
        });
        Path folder = temporary.resolve("adapter");
        AdapterFolder.save(folder, adapted, BaseModel.in(base));
        return folder;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bart", "bert_words", "roberta", "roberta_words", "gpt2", "llama"})
    void everyFamilyKeepsItsFunction(String name) {
        Path base = family(name);
        Model model = Checkpoints.any(base, START);
        AdaptedModel adapted = Methods.named("lora").with(Map.of("rank", "2")).attach(model, RUN);
        Path out = temporary.resolve("merged");
        MergedModel merged = MergedModel.write(base, adapter(adapted, base), out, null, REFERENCE);
        assertThat(merged.matrices()).isEqualTo(adapted.adapters().size());
        assertThat(merged.adapterChange()).isGreaterThan(1e-3);
        assertThat(merged.logitChange()).isLessThan(1e-5 * (1 + merged.adapterChange()));
        assertThat(WeightFiles.in(out).names()).isEqualTo(WeightFiles.in(base).names());
    }

    /** A model of words and an adapter with a trained head make a classifier, which the configuration then names. */
    @Test
    void aTrainedHeadBecomesTheModels() throws IOException {
        Path base = family("roberta_words");
        Model model = Checkpoints.classifier(base, 3, START).model();
        AdaptedModel adapted = Methods.named("lora")
                .with(Map.of("rank", "2", "targets", "query,value"))
                .attach(model, RUN)
                .trainingModules(model, List.of("classifier"), 0);
        Path out = temporary.resolve("merged");
        MergedModel merged = MergedModel.write(base, adapter(adapted, base), out, null, REFERENCE);
        assertThat(merged.trainedWeights()).isEqualTo(4);
        assertThat(merged.logitChange()).isLessThan(1e-5);
        assertThat(Files.readString(out.resolve("config.json")))
                .contains("RobertaForSequenceClassification", "LABEL_2")
                .doesNotContain("RobertaForMaskedLM");
        assertThat(WeightFiles.in(out).shape("classifier.out_proj.weight").dim(0))
                .isEqualTo(3);
    }

    /** BF16 stays BF16; the rounding of the merged matrices is what changes. */
    @Test
    void narrowWeightsStayNarrow() throws IOException {
        Path base = family("llama");
        Model model = Checkpoints.any(base, START);
        AdaptedModel adapted = Methods.named("lora").with(Map.of("rank", "2")).attach(model, RUN);
        Path adapter = adapter(adapted, base);
        Path narrow = temporary.resolve("narrow");
        MergedModel.write(base, adapter, narrow, DType.BF16, REFERENCE);
        Path again = temporary.resolve("again");
        MergedModel merged = MergedModel.write(narrow, adapter, again, null, REFERENCE);
        assertThat(merged.logitChange()).isCloseTo(0, within(.2));
        Safetensors file = Safetensors.open(again.resolve("model.safetensors"));
        assertThat(file.names()).allMatch(name -> file.type(name).equals("BF16"));
    }
}
