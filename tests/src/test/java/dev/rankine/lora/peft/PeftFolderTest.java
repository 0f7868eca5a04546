package dev.rankine.lora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Adapter;
import dev.rankine.lora.Chain;
import dev.rankine.lora.Lora;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.PlainFactors;
import dev.rankine.lora.Triplets;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters written and read again: the same function, the names, ranks and settings of PEFT. */
class PeftFolderTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Method.Run RUN = new Method.Run(3, 0);
    private static final BaseModel BASE = new BaseModel("base", "ChainForTests", "chain");

    @TempDir
    Path temporary;

    private static Chain chain() {
        return new Chain(REFERENCE, DType.F32, 1, 6, 7, 5, 6);
    }

    private static AdaptedModel adapted(Chain model, String method, Map<String, String> settings) {
        AdaptedModel adapted = Methods.named(method).with(settings).attach(model, RUN);
        long stream = 300;
        for (Adapter adapter : adapted.adapters()) {
            Tensor b =
                    adapter.parameters().get(adapter.path() + ".lora_B.weight").data();
            b.write(model.normal(stream++, .5, b.shape()).toDoubles());
        }
        return adapted;
    }

    private static Tensor x(Chain model) {
        return model.normal(100, 1, Shape.of(4, 6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "rslora", "dora"})
    void aUniformAdapterComesBackBitByBit(String method) {
        Chain model = chain();
        AdaptedModel adapted = adapted(model, method, Map.of("rank", "3", "alpha", "7", "dropout", "0.25"));
        Path folder = temporary.resolve("deep/down/adapter");
        PeftFolder.save(folder, adapted, BASE);
        Chain fresh = chain();
        AdaptedModel loaded = PeftFolder.load(folder, REFERENCE).attach(fresh, RUN);
        assertThat(fresh.numbers(x(fresh))).isEqualTo(model.numbers(x(model)));
        assertThat(loaded.retained()).isEqualTo(adapted.retained());
        assertThat(loaded.method().with(Map.of("targets", "all-linear"))).isEqualTo(adapted.method());
        PeftFolder.save(folder, loaded, BASE);
        Chain again = chain();
        PeftFolder.load(folder, REFERENCE).attach(again, RUN);
        assertThat(again.numbers(x(again))).isEqualTo(model.numbers(x(model)));
    }

    @Property(tries = 40)
    void aPrunedAdapterKeepsItsFunctionAndItsRanks(@ForAll @IntRange(min = 0, max = 1 << 9) int bits)
            throws IOException {
        Path folder = Files.createTempDirectory("peft").resolve("adapter");
        Chain model = chain();
        AdaptedModel adapted = adapted(model, "salora", Map.of("rank", "3"));
        prune(adapted, bits);
        PeftFolder.save(folder, adapted, BASE);
        PeftAdapter read = PeftFolder.load(folder, REFERENCE);
        LoraConfig config = (LoraConfig) read.config();
        Chain fresh = chain();
        AdaptedModel loaded = read.attach(fresh, RUN);
        assertThat(fresh.numbers(x(fresh))).containsExactly(model.numbers(x(model)), within(1e-5));
        long kept = adapted.retained().triplets();
        assertThat(loaded.retained().triplets()).isEqualTo(Math.max(kept, 1));
        for (String path : config.placement().targetModules()) {
            assertThat(config.scale(path)).isEqualTo(1);
            long hits = model.sites().linear().stream()
                    .filter(site -> LoraConfig.keyMatches(path, site.path()))
                    .count();
            assertThat(hits).as("modules that %s matches", path).isEqualTo(1);
        }
        int inFile =
                config.rankPattern().values().stream().mapToInt(rank -> rank).sum();
        assertThat((long) inFile).isEqualTo(Math.max(kept, 1));
        assertThat(config.rankPattern().keySet())
                .containsExactlyInAnyOrderElementsOf(config.placement().targetModules());
        delete(folder);
    }

    /** Deletes the triplets whose bit is 0; the others get gates. */
    private static void prune(AdaptedModel adapted, int bits) {
        Random random = new Random(bits);
        int bit = 0;
        for (Adapter adapter : adapted.adapters()) {
            boolean[] kept = new boolean[3];
            double[] gates = new double[3];
            for (int j = 0; j < 3; j++) {
                kept[j] = (bits >> bit++ & 1) == 1;
                gates[j] = random.nextDouble();
            }
            ((Lora) adapter).shrink(Triplets.where(kept), gates);
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
            Files.delete(folder.getParent());
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    @Test
    void anAdapterWithoutATripletIsWrittenAsOneOfZeros() {
        Chain model = chain();
        AdaptedModel adapted = adapted(model, "salora", Map.of("rank", "3"));
        double[] bare = chain().numbers(x(model));
        prune(adapted, 0);
        PeftFolder.save(temporary.resolve("none"), adapted, BASE);
        PeftAdapter read = PeftFolder.load(temporary.resolve("none"), REFERENCE);
        assertThat(read.config().placement().targetModules()).containsExactly("layers.0.fc");
        Chain fresh = chain();
        read.attach(fresh, RUN);
        assertThat(fresh.numbers(x(fresh))).isEqualTo(bare);
    }

    @Test
    void trainingCanStartFromAFolder() {
        Chain model = chain();
        PeftFolder.save(temporary.resolve("start"), adapted(model, "lora", Map.of("rank", "3", "alpha", "7")), BASE);
        List<PlainFactors> factors =
                PeftFolder.load(temporary.resolve("start"), REFERENCE).factors();
        Chain fresh = chain();
        AdaptedModel other =
                Methods.named("salora").with(Map.of("rank", "3", "alpha", "2")).attach(fresh, RUN);
        other.startFrom(factors);
        assertThat(fresh.numbers(x(fresh))).containsExactly(model.numbers(x(model)), within(1e-5));
        other.detach();
        AdaptedModel narrow = Methods.named("lora").with(Map.of("rank", "2")).attach(fresh, RUN);
        assertThatThrownBy(() -> narrow.startFrom(factors))
                .hasMessageContaining("layers.0.fc")
                .hasMessageContaining("[3, 6]")
                .hasMessageContaining("a rank of at least 3 is needed");
        narrow.detach();
        AdaptedModel fewer = Methods.named("lora")
                .with(Map.of("rank", "3", "targets", "0.fc"))
                .attach(fresh, RUN);
        assertThatThrownBy(() -> fewer.startFrom(factors)).hasMessageContaining("layers.2.fc");
        fewer.detach();
        AdaptedModel more = Methods.named("adalora").with(Map.of("rank", "3")).attach(fresh, RUN);
        assertThat(more.startFrom(factors.subList(0, 1))).isEqualTo(1);
        Chain first = chain();
        Methods.named("lora")
                .with(Map.of("rank", "3", "targets", "0.fc"))
                .attach(first, RUN)
                .startFrom(factors.subList(0, 1));
        assertThat(fresh.numbers(x(fresh))).containsExactly(first.numbers(x(first)), within(1e-5));
    }

    @Test
    void filesAreNamedAndShapedAsInPeft() throws IOException {
        Chain model = chain();
        PeftFolder.save(temporary.resolve("a"), adapted(model, "lora", Map.of("rank", "2", "targets", "fc")), BASE);
        Safetensors file = Safetensors.open(temporary.resolve("a/adapter_model.safetensors"));
        assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(file.names()).hasSize(6).contains("base_model.model.layers.1.fc.lora_A.weight");
        assertThat(file.shape("base_model.model.layers.1.fc.lora_A.weight")).isEqualTo(Shape.of(2, 7));
        assertThat(file.shape("base_model.model.layers.1.fc.lora_B.weight")).isEqualTo(Shape.of(5, 2));
        PeftConfig config = ConfigFile.read(temporary.resolve("a/adapter_config.json"));
        assertThat(config.placement().targetModules()).containsExactly("fc");
        assertThat(config.placement().taskType()).isNull();
        assertThat(config.placement().base()).isEqualTo(BASE);
    }

    /** PEFT's own files, written again, are the same to the last byte. */
    @ParameterizedTest
    @ValueSource(strings = {"peft_lora", "peft_rslora", "peft_dora"})
    void theConfigurationHasTheTextThatPeftWrites(String name) throws IOException {
        Path file = Repository.root().resolve("tests/fixtures").resolve(name).resolve("adapter_config.json");
        assertThat(ConfigWriter.text(ConfigFile.read(file))).isEqualTo(Files.readString(file));
    }
}
