package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.RealData;
import dev.rankine.autograd.GradientMode;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.decode.Ending;
import dev.rankine.transformer.decode.Generator;
import dev.rankine.transformer.decode.Search;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A published LLaMA of 260,000 weights that tells stories, against what PyTorch writes with it. */
class StoriesRealDataTest {
    private static final long START = 1;

    /** 200 symbols from the one that begins a story, the highest score at every step. */
    private static final long[] STORY = {
        403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426, 338, 401, 396, 267, 337, 410, 408,
        419, 292, 411, 322, 265, 282, 295, 433, 426, 385, 328, 432, 358, 394, 261, 370, 432, 352, 266, 268, 388, 426,
        338, 391, 266, 267, 337, 335, 312, 432, 398, 312, 286, 267, 414, 270, 333, 415, 426, 13, 438, 310, 439, 419,
        357, 336, 432, 313, 438, 310, 432, 278, 316, 439, 419, 298, 414, 267, 265, 282, 295, 433, 426, 436, 317, 286,
        296, 418, 269, 279, 292, 416, 439, 413, 409, 416, 327, 263, 415, 294, 267, 400, 426, 338, 336, 432, 313, 442,
        391, 267, 337, 335, 364, 420, 268, 388, 432, 398, 359, 280, 303, 439, 413, 272, 417, 264, 312, 426, 436, 13,
        438, 310, 286, 296, 418, 269, 279, 292, 416, 439, 413, 409, 416, 327, 263, 415, 294, 267, 400, 426, 338, 336,
        432, 313, 442, 439, 423, 262, 304, 420, 422, 432, 317, 426, 359, 279, 292, 416, 439, 413, 409, 416, 327, 263,
        415, 294, 267, 400, 426, 436, 13, 438, 310, 279, 292, 416, 439, 413, 391, 267, 281, 421, 427, 311, 357, 432,
        384, 358
    };

    static List<Machine> machines() {
        return Machine.all();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void aStoryIsThatOfPyTorchWithAndWithoutCache(Machine machine) {
        Backend backend = machine.backend();
        DecoderOnly model = Checkpoints.languageModel(RealData.at("stories260K"), backend, machine.dtype())
                .model();
        Ending ending = new Ending(Set.of(), 0, STORY.length);
        ScopePool memory = new ScopePool(backend);
        long[][] written = new Generator(new Search.Greedy(), ending, memory).write(model, List.of(new long[] {START}));
        assertThat(written[0]).isEqualTo(STORY);

        // every symbol at once, from the whole story before it
        long[] before = new long[STORY.length];
        before[0] = START;
        System.arraycopy(STORY, 0, before, 1, STORY.length - 1);
        try (Scope _ = memory.open();
                GradientMode.Guard _ = GradientMode.noGrad()) {
            Tensor ids = Tensor.ofLongs(backend, Shape.of(1, before.length), before);
            double[] scores = model.logits(ids, null, Pass.inference()).data().toDoubles();
            int vocabulary = model.vocabulary();
            for (int t = 0; t < STORY.length; t++) {
                double[] row = Arrays.copyOfRange(scores, t * vocabulary, (t + 1) * vocabulary);
                double highest = Arrays.stream(row).max().orElseThrow();
                assertThat(row[(int) STORY[t]]).as("symbol %d", t).isEqualTo(highest);
            }
        }
    }
}
