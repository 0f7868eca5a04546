package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetainedTest {
    private static final int WIDTH = 4;
    private static final int FEED_FORWARD = 10;
    private static final double[] OPEN = {1, 1};

    /** The encoder's two layers, a q_proj and an fc1 each, at rank 2; of the first q_proj one triplet is deleted, of its fc1 both. */
    @Test
    void countsTripletsAndTheirNumbersBeforeAndAfterACut() {
        Stack stack = new Stack(2, 2, FEED_FORWARD);
        TransformerSettings settings = TransformerSettings.of(9, WIDTH, 8, stack, new Stack(1, 2, FEED_FORWARD));
        Bart model = new Bart(settings, new RandomWeights(new ReferenceBackend(), DType.F32, 1));
        List<Lora> adapters = Targets.parse("q_proj,fc1").select(model.sites()).stream()
                .limit(4)
                .map(site -> Lora.start(site, 2, 1, 0, 0))
                .toList();
        assertThat(Retained.of(adapters).density()).isEqualTo(1);
        adapters.get(0).shrink(Triplets.where(false, true), OPEN);
        adapters.get(1).shrink(Triplets.where(false, false), OPEN);

        Retained retained = Retained.of(adapters);
        int small = WIDTH + WIDTH;
        int large = WIDTH + FEED_FORWARD;
        assertThat(retained.rank().values()).containsExactly(1, 0, 2, 2);
        assertThat(retained.triplets()).isEqualTo(5);
        assertThat(retained.initialTriplets()).isEqualTo(8);
        assertThat(retained.parameters()).isEqualTo(3L * small + 2L * large);
        assertThat(retained.initialParameters()).isEqualTo(4L * small + 4L * large);
        assertThat(retained.density()).isEqualTo(5.0 / 8);
        assertThat(retained.parameterDensity()).isEqualTo((3.0 * small + 2 * large) / (4 * small + 4 * large));
    }

    @Test
    void whereNothingCanBeCutAllIsKept() {
        Retained nothing = new Retained(Map.of(), 0, 0, 0, 0);
        assertThat(nothing.density()).isEqualTo(1);
        assertThat(nothing.parameterDensity()).isEqualTo(1);
    }
}
