package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.autograd.CallCounter;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.task.Capitals;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.transformer.train.TrainerSettings;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    /**
     * What computes nothing, what has so few numbers in each step that it need not be compiled soon, and what has the kernels
     * of another: attention's backward pass is that within sequences.
     */
    private static final Set<String> LEFT_OUT = Set.of("attentionBackward", "copy", "isDevice", "reduce", "scatterAdd");

    @Test
    void callsWhateverATrainingOfLowRankCalls() {
        CallCounter run = new CallCounter(new VectorBackend(1));
        Seq2Seq task = Capitals.task(run.backend());
        AdaptedModel adapted = Methods.named("lora").attach(task.model(), new Method.Run(0, 0));
        Seq2Seq.Encoded data = task.encode(Capitals.PAIRS);
        task.trainer(TrainerSettings.of(1, 2, 1e-3), data, adapted.controller())
                .evaluateWith(data.measure())
                .train();
        CallCounter warmed = new CallCounter(new VectorBackend(1));
        try (WarmUp warmUp = new WarmUp(warmed.backend())) {
            warmUp.products();
            warmUp.passes();
        }
        Set<String> missing = run.names();
        missing.removeAll(warmed.names());
        assertThat(missing).isEqualTo(LEFT_OUT);
    }

    @Test
    void runsOnTheThreadThatCalls() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        new VectorBackendProvider().warmUps().forEach(Runnable::run);
        assertThat(before).containsAll(Thread.getAllStackTraces().keySet());
    }
}
