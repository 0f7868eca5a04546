package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Ten steps of AdaLoRA by PEFT on PyTorch in F64: scores, allocations, revivals and weights come out the same. */
class AdaLoraParityTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Path FIXTURES = Repository.root().resolve("tests/fixtures");
    private static final String PREFIX = "base_model.model.";

    /** As in fixtures/make_peft_fixture.py: tinit 2, tfinal 0, deltaT 2 of 10 steps, init_r 3, target_r 2. */
    private static final Map<String, String> SETTINGS =
            Map.of("rank", "3", "alpha", "6", "density", "0.6667", "warmup", "0.2", "cooldown", "0", "interval", "2");

    @Test
    void tenStepsGiveTheTripletsThatPeftTrains() throws IOException {
        Bart model = Checkpoints.load(FIXTURES.resolve("bart_scaled"), REFERENCE, DType.F64)
                .model();
        Map<String, Tensor> batch = read("bart_scaled/expected.safetensors");
        Map<String, Tensor> run = read("peft_adalora/run.safetensors");
        AdaptedModel adapted = Methods.named("adalora").with(SETTINGS).attach(model, new Method.Run(0, 0));
        for (Adapter adapter : adapted.adapters()) {
            adapter.parameters()
                    .forEach((name, parameter) -> parameter
                            .data()
                            .write(run.get("start." + PREFIX + name).toDoubles()));
        }
        Rig rig = new Rig(adapted.controller(), REFERENCE, 0, 10, .01);
        while (rig.at() < 10) {
            rig.step(() -> loss(model, batch));
        }
        int kept = 0;
        for (Adapter adapter : adapted.adapters()) {
            SvdLora module = (SvdLora) adapter;
            Tensor e = run.get("end." + PREFIX + module.path() + ".lora_E");
            boolean[] open = new boolean[3];
            for (int j = 0; j < 3; j++) {
                open[j] = e.toDoubles()[j] != 0;
            }
            Triplets triplets = Triplets.where(open);
            kept += triplets.count();
            assertThat(module.rank()).as(module.path()).isEqualTo(triplets.count());
            Tensor a = run.get("end." + PREFIX + module.path() + ".lora_A");
            Tensor b = run.get("end." + PREFIX + module.path() + ".lora_B");
            assertClose(module.e(), triplets.elements(e.reshape(Shape.of(3))));
            assertClose(module.a(), triplets.rows(a));
            assertClose(module.b(), triplets.columns(b));
        }
        assertThat(kept).isEqualTo(32);
    }

    private static Map<String, Tensor> read(String file) throws IOException {
        Safetensors stored = Safetensors.open(FIXTURES.resolve(file));
        Map<String, Tensor> tensors = new TreeMap<>();
        for (String name : stored.names()) {
            tensors.put(name, stored.tensor(name, REFERENCE));
        }
        return tensors;
    }

    private static Variable loss(Bart model, Map<String, Tensor> batch) {
        Tensor ids = batch.get("decoder_input_ids");
        Tensor mask = batch.get("attention_mask");
        Tensor floats = Tensor.of(REFERENCE, DType.F64, mask.shape(), mask.toDoubles());
        Variable logits = model.logits(batch.get("input_ids"), floats, ids, Pass.inference());
        int symbols = Math.toIntExact(ids.shape().size());
        Variable rows = logits.reshape(symbols, logits.shape().dim(-1));
        return CrossEntropy.crossEntropy(rows, ids.reshape(Shape.of(symbols))).mean();
    }

    private static void assertClose(Variable actual, Tensor expected) {
        assertThat(actual.data().toDoubles()).containsExactly(expected.toDoubles(), within(1e-9));
    }
}
