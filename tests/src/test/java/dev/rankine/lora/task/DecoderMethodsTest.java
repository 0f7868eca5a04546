package dev.rankine.lora.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.NextTokens;
import dev.rankine.transformer.data.TokenTexts;
import dev.rankine.transformer.train.PerplexityMeasure;
import dev.rankine.transformer.train.TokenObjective;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method on models that stand alone: it learns, goes through a folder, and leaves the model as it was. */
class DecoderMethodsTest {
    private static final Backend BACKEND = new ReferenceBackend();
    private static final long[] TEXT = {1, 5, 6, 7, 5, 6, 8, 5, 6, 7, 5, 6, 8, 2};

    @TempDir
    Path folder;

    static Stream<Arguments> cases() {
        return Methods.all().stream()
                .map(Method::name)
                .flatMap(name -> Stream.of(Arguments.of("llama", name), Arguments.of("gpt2", name)));
    }

    private Method small(String name, DecoderOnly model, Path fixture) {
        Method method = Methods.named(name);
        if (name.equals("fusion")) {
            return method.with(Map.of("adapters", bottleneck(1, model, fixture) + "," + bottleneck(2, model, fixture)));
        }
        return method.settings().containsKey("rank") ? method.with(Map.of("rank", "4")) : method;
    }

    /** What fusion needs: a bottleneck for each layer, as if it had been trained before. */
    private Path bottleneck(int seed, DecoderOnly model, Path fixture) {
        Path expert = folder.resolve("expert-" + seed);
        AdaptedModel adapted = Methods.named("pfeiffer").attach(model, new Method.Run(seed, 0));
        AdapterFolder.save(expert, adapted, BaseModel.in(fixture));
        adapted.detach();
        return expert;
    }

    private static PerplexityMeasure measure(DecoderOnly model, TokenTexts texts) {
        List<PerplexityMeasure.Text> written = texts.texts().stream()
                .map(text -> new PerplexityMeasure.Text("", ""))
                .toList();
        return new PerplexityMeasure(TokenObjective.causal(model), texts, written, 64);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void itLearnsIsKeptAndLeaves(String kind, String name) {
        Path fixture = Repository.root().resolve("tests/fixtures/models").resolve(kind);
        DecoderOnly model = Checkpoints.languageModel(fixture, BACKEND).model();
        TokenTexts texts = new TokenTexts(NextTokens.blocks(TEXT, 8), BACKEND, 0);
        PerplexityMeasure measure = measure(model, texts);
        Map<String, Double> bare = measure.evaluate();

        AdaptedModel adapted = small(name, model, fixture).attach(model, new Method.Run(3, 0));
        Map<String, Double> before = measure.evaluate();
        TrainerSettings settings = TrainerSettings.of(8, 2, 0.02).withSeed(3);
        new Trainer<>(BACKEND, settings, texts, TokenObjective.causal(model), adapted.controller()).train();
        Map<String, Double> after = measure.evaluate();
        assertThat(after.get("token_loss")).isLessThan(before.get("token_loss"));

        AdapterFolder.save(folder.resolve("adapter"), adapted, BaseModel.in(fixture));
        adapted.detach();
        assertThat(measure.evaluate()).isEqualTo(bare);
        AdapterFolder.attach(folder.resolve("adapter"), model, BACKEND, new Method.Run(0, 0));
        assertThat(measure.evaluate().get("token_loss")).isCloseTo(after.get("token_loss"), within(1e-5));
    }
}
