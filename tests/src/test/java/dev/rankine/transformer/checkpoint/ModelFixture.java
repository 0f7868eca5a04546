package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Repository;
import dev.rankine.autograd.Variable;
import dev.rankine.lora.Lora;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.site.LinearSite;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A small model of {@code make_model_fixtures.py} on one machine, and what PyTorch computes from it in double precision. */
final class ModelFixture {
    private static final double SCALE = 2;

    private final Machine machine;
    private final Path folder;
    private final Safetensors expected;
    private double exact = 1e-11;

    ModelFixture(String name, Machine machine) throws IOException {
        this.machine = machine;
        folder = Repository.root().resolve("tests/fixtures/models").resolve(name);
        expected = Safetensors.open(folder.resolve("expected.safetensors"));
    }

    /** How close F64 must come, where PyTorch itself computes parts in F32. */
    void exactTo(double tolerance) {
        exact = tolerance;
    }

    Path folder() {
        return folder;
    }

    RandomWeights start() {
        return new RandomWeights(machine.backend(), machine.dtype(), 1);
    }

    Tensor get(String name) throws IOException {
        return expected.tensor(name, machine.backend());
    }

    @Nullable
    Tensor optional(String name) throws IOException {
        return expected.names().contains(name) ? get(name) : null;
    }

    /** In the type that the machine computes in. */
    Tensor numbers(String name) throws IOException {
        Tensor stored = get(name);
        return Tensor.of(machine.backend(), machine.dtype(), stored.shape(), stored.toDoubles());
    }

    /** The logits without adapters, then with them, and the gradients of the adapters. */
    void assertLikePyTorch(Model model, Supplier<Variable> logits) throws IOException {
        assertClose("bare", logits.get().data());
        Map<String, Lora> adapters = new LinkedHashMap<>();
        for (LinearSite site : model.sites().linear()) {
            Lora lora = new Lora(site, numbers("lora_A." + site.path()), numbers("lora_B." + site.path()), SCALE, 0);
            lora.attach();
            adapters.put(site.path(), lora);
        }
        long inFile = expected.names().stream()
                .filter(name -> name.startsWith("lora_A."))
                .count();
        assertThat(adapters).as("sites of %s", folder).hasSize(Math.toIntExact(inFile));
        Variable y = logits.get();
        assertClose("logits", y.data());
        y.backward(numbers("upstream"));
        for (var entry : adapters.entrySet()) {
            entry.getValue().parameters().forEach((name, parameter) -> {
                String factor = name.contains("lora_A") ? "lora_A." : "lora_B.";
                assertGradient("grad." + factor + entry.getKey(), parameter);
            });
        }
    }

    private void assertGradient(String name, Variable parameter) {
        Tensor gradient = parameter.gradient();
        assertThat(gradient).as(name).isNotNull();
        try {
            assertClose(name, gradient);
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    /** Relative to the largest of the tensor; rows of padding are left out where the file holds zeros. */
    void assertClose(String name, Tensor found) throws IOException {
        double[] actual = found.toDoubles();
        double[] wanted = get(name).toDoubles();
        assertThat(found.shape()).as(name).isEqualTo(get(name).shape());
        double largest = 0;
        for (double value : wanted) {
            largest = Math.max(largest, Math.abs(value));
        }
        double tolerance = largest * (machine.dtype() == DType.F64 ? exact : 1e-4);
        boolean perPlace = found.shape().rank() == 3 && !expected.names().contains("decoder_input_ids");
        double[] seen = perPlace ? get("attention_mask").toDoubles() : new double[0];
        int inRow = found.shape().dim(-1);
        for (int i = 0; i < actual.length; i++) {
            if (!perPlace || seen[i / inRow] == 1) {
                assertThat(Math.abs(actual[i] - wanted[i]))
                        .as("%s element %d: %s against %s", name, i, actual[i], wanted[i])
                        .isLessThanOrEqualTo(tolerance);
            }
        }
    }
}
