package dev.rankine.lora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.RealData;
import dev.rankine.Repository;
import dev.rankine.autograd.GradientMode;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Adapter;
import dev.rankine.lora.Lora;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.Triplets;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logits of adapters that PEFT wrote against those that PyTorch computed; and adapters of ours left under {@code
 * target/peft} for {@code fixtures/check_peft.py}, which opens them with PEFT.
 */
class PeftParityTest {
    private static final Path FIXTURES = Repository.root().resolve("tests/fixtures");
    private static final Method.Run RUN = new Method.Run(3, 0);

    private static Bart small(Backend backend, DType dtype) {
        return Checkpoints.load(FIXTURES.resolve("bart_scaled"), backend, dtype).model();
    }

    private static Tensor logits(Bart model, Safetensors batch) throws IOException {
        Backend backend = model.sites().linear().getFirst().weight().data().backend();
        DType dtype = model.sites().linear().getFirst().weight().data().dtype();
        Tensor mask = batch.tensor("attention_mask", backend);
        Tensor floats = Tensor.of(backend, dtype, mask.shape(), mask.toDoubles());
        try (var _ = GradientMode.noGrad()) {
            return model.logits(
                            batch.tensor("input_ids", backend),
                            floats,
                            batch.tensor("decoder_input_ids", backend),
                            Pass.inference())
                    .data();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"peft_lora", "peft_rslora", "peft_dora", "peft_adalora"})
    void anAdapterOfPeftGivesPyTorchsLogits(String name) throws IOException {
        Backend backend = new ReferenceBackend();
        Bart model = small(backend, DType.F64);
        PeftFolder.load(FIXTURES.resolve(name), backend).attach(model, RUN);
        Tensor got = logits(model, Safetensors.open(FIXTURES.resolve("bart_scaled/expected.safetensors")));
        Tensor expected = Safetensors.open(FIXTURES.resolve(name).resolve("logits.safetensors"))
                .tensor("logits", backend);
        assertThat(got.toDoubles()).containsExactly(expected.toDoubles(), within(1e-10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "dora", "adalora"})
    void theAdapterThatPeftTrainedOnRealDataGivesPyTorchsLogits(String name) throws IOException {
        Path folder = RealData.at("peft_g2p");
        Backend backend = Backends.choose(null, 1).backend();
        Bart model = Checkpoints.load(RealData.at("bart_g2p_us"), backend).model();
        PeftFolder.load(folder.resolve(name), backend).attach(model, RUN);
        Safetensors file = Safetensors.open(folder.resolve("logits.safetensors"));
        double[] expected = file.tensor(name, backend).toDoubles();
        assertThat(logits(model, file).toDoubles()).containsExactly(expected, within(1e-4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "rslora", "dora", "salora"})
    void foldersForPythonToOpenHaveTheLogitsOfTheAdaptedModel(String method) throws IOException {
        Backend backend = new ReferenceBackend();
        Bart model = small(backend, DType.F32);
        AdaptedModel adapted = Methods.named(method).with(Map.of("rank", "5")).attach(model, RUN);
        int module = 0;
        for (Adapter adapter : adapted.adapters()) {
            Tensor b =
                    adapter.parameters().get(adapter.path() + ".lora_B.weight").data();
            double[] values = b.toDoubles();
            for (int i = 0; i < values.length; i++) {
                values[i] = .3 * Philox.normal(5, module, 0, 0, i);
            }
            b.write(values);
            if (method.equals("salora")) {
                prune((Lora) adapter, module);
            }
            module++;
        }
        Safetensors batch = Safetensors.open(FIXTURES.resolve("bart_scaled/expected.safetensors"));
        Tensor ours = logits(model, batch);
        Path folder = Repository.root().resolve("tests/target/peft").resolve(method);
        Files.createDirectories(folder);
        PeftFolder.save(folder.resolve("adapter"), adapted, BaseModel.in(FIXTURES.resolve("bart_scaled")));
        SafetensorsWriter.write(folder.resolve("logits.safetensors"), Map.of("logits", ours), Map.of());

        Bart fresh = small(backend, DType.F32);
        PeftFolder.load(folder.resolve("adapter"), backend).attach(fresh, RUN);
        assertThat(logits(fresh, batch).toDoubles()).containsExactly(ours.toDoubles(), within(1e-5));
    }

    /** Rank 0 for the first module, then 1, 2, ... up to all five. */
    private static void prune(Lora lora, int module) {
        boolean[] kept = new boolean[5];
        double[] gates = new double[5];
        for (int j = 0; j < 5; j++) {
            kept[j] = (j + module) % 6 < module % 6;
            gates[j] = Philox.uniform(6, module, 0, 0, j);
        }
        lora.shrink(Triplets.where(kept), gates);
    }
}
