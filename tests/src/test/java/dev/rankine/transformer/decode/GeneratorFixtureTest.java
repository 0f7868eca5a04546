package dev.rankine.transformer.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Repository;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Hugging Face's {@code generate} writes with the small models of {@code make_model_fixtures.py}. */
class GeneratorFixtureTest {
    private static final Path MODELS = Repository.root().resolve("tests/fixtures/models");

    static Stream<Arguments> cases() {
        return Stream.of("bart", "gpt2", "llama")
                .flatMap(name -> Machine.all().stream().map(machine -> Arguments.of(name, machine)));
    }

    /** Beams of {@code generate} are filled with the end symbol where the id of the padding is 0. */
    private static Ending ending(String name, Search search) {
        int padding = search instanceof Beams beams && beams.count() > 1 ? 2 : 0;
        return new Ending(Set.of(2L), name.equals("bart") ? 1 : padding, 7);
    }

    private static long[][] write(String name, Machine machine, Search search) throws IOException {
        Safetensors file = Safetensors.open(MODELS.resolve("generated.safetensors"));
        Tensor ids = file.tensor(name + ".input_ids", machine.backend());
        Tensor stored = file.tensor(name + ".attention_mask", machine.backend());
        Tensor mask = Tensor.of(machine.backend(), machine.dtype(), stored.shape(), stored.toDoubles());
        Generator writer = new Generator(search, ending(name, search), new ScopePool(machine.backend()));
        Path folder = MODELS.resolve(name);
        if (name.equals("bart")) {
            var model =
                    Checkpoints.load(folder, machine.backend(), machine.dtype()).model();
            return writer.write(model, 2, ids, mask);
        }
        DecoderOnly model = Checkpoints.languageModel(folder, machine.backend(), machine.dtype())
                .model();
        return writer.write(model, ids, mask);
    }

    private static void assertWritten(String key, Machine machine, long[][] written) throws IOException {
        Tensor expected =
                Safetensors.open(MODELS.resolve("generated.safetensors")).tensor(key, machine.backend());
        assertThat(written[0]).as(key).hasSize(expected.shape().dim(1));
        assertThat(Arrays.stream(written).flatMapToLong(Arrays::stream).toArray())
                .as(key)
                .isEqualTo(expected.toLongs());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theHighestScoresAreThose(String name, Machine machine) throws IOException {
        assertWritten(name + ".greedy", machine, write(name, machine, new Search.Greedy()));
        assertWritten(name + ".greedy", machine, write(name, machine, new Sampling(1, 1, 1, 5, 0)));
        assertWritten(name + ".greedy", machine, write(name, machine, new Beams(1, 1, false)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theBestBeamsAreThose(String name, Machine machine) throws IOException {
        for (int power = 0; power <= 2; power++) {
            long[][] written = write(name, machine, new Beams(4, power, false));
            assertWritten(name + ".beam." + power, machine, written);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        DecoderOnly model = Checkpoints.languageModel(MODELS.resolve("llama"), Machine.EXACT.backend())
                .model();
        ScopePool memory = new ScopePool(Machine.EXACT.backend());
        Generator writer = new Generator(new Search.Greedy(), new Ending(Set.of(), 0, 30), memory);
        assertThatThrownBy(() -> writer.write(model, List.of(new long[0]))).hasMessageContaining("at least 1 symbol");
        assertThatThrownBy(() -> writer.write(model, List.of(new long[4])))
                .hasMessageContaining("a prompt of 4 symbols and 30 more do not fit into the model's 32 places");
        assertThatThrownBy(() -> new Beams(0, 1, false)).hasMessageContaining("at least 1 beam");
        assertThatThrownBy(() -> Sampling.of(0, 1)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 1, 0)).hasMessageContaining("top-k");
        assertThatThrownBy(() -> new Sampling(1, 1, 0, 1, 0)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> new Ending(Set.of(), 0, 0)).hasMessageContaining("at least 1 step");
    }
}
