package dev.rankine.lora.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Repository;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Sum;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The memory on paper against the memory that steps take, and what follows from it. */
class MemoryEstimatePropertyTest {
    private static final Backend VECTOR = Backends.choose("vector", 1).backend();

    /** Within a fifth, for encoder-decoders of all proportions. */
    @Property(tries = 12)
    void theActivationsAreThoseOfAStep(
            @ForAll @IntRange(min = 1, max = 3) int layers,
            @ForAll @IntRange(min = 2, max = 6) int heads,
            @ForAll @IntRange(min = 12, max = 24) int headWidth,
            @ForAll @IntRange(min = 1, max = 6) int ratio,
            @ForAll @IntRange(min = 40, max = 900) int vocabulary,
            @ForAll @IntRange(min = 8, max = 32) int symbols,
            @ForAll @IntRange(min = 1, max = 6) int batch) {
        int width = heads * headWidth;
        var stack = new TransformerSettings.Stack(layers, heads, ratio * width);
        TransformerSettings settings = TransformerSettings.of(vocabulary, width, 32, stack, stack);
        Bart model = new Bart(settings, new RandomWeights(VECTOR, DType.F32, 1));
        AdaptedModel adapted = Methods.named("lora").with(Map.of("rank", "2")).attach(model, new Method.Run(0, 0));
        assertThat(adapted.controller().parameterGroups()).isNotEmpty();
        Tensor ids = ids(batch, symbols);
        Tensor mask = Tensor.zeros(VECTOR, DType.F32, ids.shape());
        VECTOR.fill(mask, 1);
        double taken = stepBytes(pass -> model.logits(ids, mask, ids, pass), ids);
        ModelForm modelForm = ModelForm.of(settings);
        double estimate = modelForm.activations(batch, symbols);
        assertThat(estimate / taken).as("estimate over what the pool took").isBetween(.8, 1.2);
        double less = stepBytes(pass -> model.logits(ids, mask, ids, pass.recomputing(true)), ids);
        double recomputed = modelForm.recomputedActivations(batch, symbols);
        assertThat(recomputed / less).as("the same when layers run again").isBetween(.7, 1.3);
    }

    /** Likewise for language models, whose form a folder's configuration gives. */
    @ParameterizedTest
    @CsvSource({"gpt2, transformer", "llama, model"})
    void theActivationsOfLanguageModelsAreThoseOfAStep(String family, String path, @TempDir Path folder)
            throws IOException {
        Path fixture = Repository.root().resolve("tests/fixtures/models").resolve(family);
        TransformerSettings.Form form =
                Checkpoints.languageModel(fixture, VECTOR).model().settings().form();
        ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(Files.readString(fixture.resolve("config.json")));
        set(config, 96, "hidden_size", "n_embd");
        set(config, 256, "intermediate_size", "n_inner");
        set(config, 6, "num_attention_heads", "n_head");
        set(config, 3, "num_hidden_layers", "n_layer");
        set(config, 400, "vocab_size");
        Files.writeString(folder.resolve("config.json"), config.toString());
        var stack = new TransformerSettings.Stack(3, 6, 256);
        var settings = new TransformerSettings(400, 96, 64, stack, stack, form, new Dropouts(.1, 0, 0), .02);
        DecoderOnly model = new DecoderOnly(path, true, settings, new RandomWeights(VECTOR, DType.F32, 1));
        Methods.named("lora").attach(model, new Method.Run(0, 0));
        Tensor ids = ids(4, 40);
        double taken = stepBytes(pass -> model.logits(ids, null, pass), ids);
        double estimate = ModelForm.read(folder).activations(4, 40);
        assertThat(estimate / taken).as("estimate over what the pool took").isBetween(.85, 1.15);
        double less = stepBytes(pass -> model.logits(ids, null, pass.recomputing(true)), ids);
        double recomputed = ModelForm.read(folder).recomputedActivations(4, 40);
        assertThat(recomputed / less).as("the same when layers run again").isBetween(.7, 1.7);
    }

    /** Whichever of the names the family has. */
    private static void set(ObjectNode config, int value, String... names) {
        for (String name : names) {
            if (config.has(name)) {
                config.put(name, value);
            }
        }
    }

    private static Tensor ids(int batch, int symbols) {
        return Tensor.ofLongs(VECTOR, Shape.of(batch, symbols), new long[batch * symbols]);
    }

    private static long stepBytes(Function<Pass, Variable> logits, Tensor ids) {
        Tensor clock = Tensor.ofLongs(VECTOR, Shape.of(2), 3, 1);
        int batch = ids.shape().dim(0);
        Tensor examples = Tensor.ofLongs(
                VECTOR, Shape.of(batch), LongStream.range(0, batch).toArray());
        ScopePool pool = new ScopePool(VECTOR);
        try (Scope _ = pool.open()) {
            Variable scores = logits.apply(Pass.training(new Draw(clock, 0, examples)));
            int places = Math.toIntExact(ids.shape().size());
            Variable rows = scores.reshape(places, scores.shape().dim(2));
            Sum.sum(CrossEntropy.crossEntropy(rows, ids.reshape(Shape.of(places))))
                    .backward();
        }
        return pool.allocatedBytes();
    }
}
