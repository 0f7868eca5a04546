package dev.rankine.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.BertSettings;
import dev.rankine.transformer.TransformerSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassifierStepTest {
    private static final BertSettings TINY =
            BertSettings.of(BertSettings.Kind.ROBERTA, 40, 8, 9, new TransformerSettings.Stack(2, 2, 12), 1);

    @Test
    void trainsAdaptersAndTheHead() {
        try (Backend backend = Backends.choose("reference", 1).backend()) {
            var step = new ClassifierStep(TINY, Methods.named("lora").with(Map.of("rank", "2")), 3, 5);
            var work = step.on(backend);
            // per layer 4 products of 8 x 8 and 2 of 8 x 12, with rank 2; then a dense layer and 2 labels with their
            // biases
            long adapters = 2 * 2 * (4 * (8 + 8) + 2 * (8 + 12));
            assertThat(work.adapted().trainableParameters()).isEqualTo(adapters + 8 * 8 + 8 + 8 * 2 + 2);
            StepBench.Timing timing = StepBench.time(backend, work, true, new StepBench.Patience(0, 1e-3, 2));
            assertThat(timing.warmUpSteps()).isEqualTo(2);
            assertThat(timing.seconds())
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allSatisfy(each -> assertThat(each).isPositive());
            assertThat(timing.fastest()).isLessThanOrEqualTo(timing.median());
            work.adapted()
                    .parameters()
                    .forEach((name, parameter) ->
                            assertThat(parameter.gradient()).as(name).isNotNull());
        }
    }
}
