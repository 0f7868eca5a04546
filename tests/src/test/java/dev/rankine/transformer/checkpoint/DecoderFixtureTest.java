package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.Pass;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** GPT-2, LLaMA with its kinds of rotary positions, and BART, with adapters, against PyTorch. */
class DecoderFixtureTest {
    static Stream<Arguments> decoders() {
        return Stream.of("gpt2", "llama", "llama_linear", "llama_dynamic", "llama_llama3")
                .flatMap(name -> Machine.all().stream().map(machine -> Arguments.of(name, machine)));
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void aLanguageModelIsThatOfPyTorch(String name, Machine machine) throws IOException {
        ModelFixture fixture = new ModelFixture(name, machine);
        // PyTorch's rotary angles are F32 even in a model of F64
        fixture.exactTo(name.equals("gpt2") ? 1e-11 : 2e-6);
        var loaded = Checkpoints.languageModel(fixture.folder(), machine.backend(), machine.dtype());
        assertThat(loaded.unused()).isEmpty();
        assertThat(loaded.config().unknownKeys()).isEmpty();
        DecoderOnly model = loaded.model();
        Tensor ids = fixture.get("input_ids");
        Tensor mask = fixture.numbers("attention_mask");
        fixture.assertLikePyTorch(model, () -> model.logits(ids, mask, Pass.inference()));
    }

    static Stream<Machine> machines() {
        return Machine.all().stream();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void adaptersOfAnEncoderDecoderAreThoseOfPyTorch(Machine machine) throws IOException {
        ModelFixture fixture = new ModelFixture("bart", machine);
        var model = Checkpoints.load(fixture.folder(), machine.backend(), machine.dtype())
                .model();
        Tensor ids = fixture.get("input_ids");
        Tensor mask = fixture.numbers("attention_mask");
        Tensor written = fixture.get("decoder_input_ids");
        fixture.assertLikePyTorch(model, () -> model.logits(ids, mask, written, Pass.inference()));
    }
}
