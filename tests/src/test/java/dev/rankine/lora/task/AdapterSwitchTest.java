package dev.rankine.lora.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Chain;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several adapters on one model: whatever the order of use, each computes what it computes alone. */
class AdapterSwitchTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Method.Run RUN = new Method.Run(3, 0);
    private static final List<String> NAMES = List.of("lora", "dora", "with a head", "full");

    private static Chain chain() {
        return new Chain(REFERENCE, DType.F32, 1, 6, 7, 5);
    }

    private static double[] numbers(Chain model) {
        return model.numbers(model.normal(100, 1, Shape.of(4, 6)));
    }

    /** As after some training. */
    private static AdaptedModel trained(Chain model, String name) {
        AdaptedModel adapted = switch (name) {
            case "full" -> Methods.named("full").attach(model, RUN);
            case "with a head" ->
                Methods.named("lora")
                        .with(Map.of("rank", "2", "targets", "0.fc"))
                        .attach(model, RUN)
                        .trainingModules(model, List.of("1.fc"), 0);
            default -> Methods.named(name).with(Map.of("rank", "3")).attach(model, RUN);
        };
        long stream = 300L + NAMES.indexOf(name) * 50;
        for (var parameter : adapted.parameters().values()) {
            parameter.data().write(model.normal(stream++, .5, parameter.shape()).toDoubles());
        }
        return adapted;
    }

    /** Folders by name, and what the model with each of them computes. */
    private static Map<String, double[]> save(Path folder) {
        Map<String, double[]> alone = new LinkedHashMap<>();
        for (String name : NAMES) {
            AdapterFolder.save(folder.resolve(name), trained(chain(), name), BaseModel.at("chain"));
            Chain model = chain();
            AdapterFolder.attach(folder.resolve(name), model, REFERENCE, RUN);
            alone.put(name, numbers(model));
        }
        return alone;
    }

    @Test
    void anAdapterThatDoesNotFitLeavesTheOneInUse(@TempDir Path folder) {
        Map<String, double[]> alone = save(folder);
        Chain model = chain();
        AdapterSwitch adapters = new AdapterSwitch(model, REFERENCE);
        adapters.add("a", folder.resolve("lora"));
        adapters.use("a");
        assertThatThrownBy(() -> adapters.add("b", folder.resolve("nowhere"))).hasMessageContaining("no such folder");
        assertThatThrownBy(() -> adapters.add("a", folder.resolve("dora"))).hasMessageContaining("two adapters");
        assertThatThrownBy(() -> adapters.use("c")).hasMessageContaining("'c'").hasMessageContaining("[a]");
        assertThat(numbers(model)).isEqualTo(alone.get("lora"));
    }

    @Test
    void eachComputesWhatItComputesAlone(@TempDir Path folder) {
        Map<String, double[]> alone = save(folder);
        Chain model = chain();
        double[] bare = numbers(model);
        AdapterSwitch adapters = new AdapterSwitch(model, REFERENCE);
        NAMES.forEach(name -> adapters.add(name, folder.resolve(name)));
        assertThat(numbers(model)).isEqualTo(bare);
        // every adapter after every other one, and after itself
        for (String first : NAMES) {
            for (String second : NAMES) {
                adapters.use(first);
                assertThat(numbers(model)).as("%s", first).isEqualTo(alone.get(first));
                adapters.use(second);
                assertThat(numbers(model)).as("%s after %s", second, first).isEqualTo(alone.get(second));
            }
            adapters.useNone();
            assertThat(numbers(model)).as("none after %s", first).isEqualTo(bare);
        }
    }
}
