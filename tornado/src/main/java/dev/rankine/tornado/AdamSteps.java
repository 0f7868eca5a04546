package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Starts the kernel of AdamW: neighbours of the same settings share a launch. Parameters and moments are row-major. */
final class AdamSteps {
    private final Engine engine;
    private final Residency residency;

    AdamSteps(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    void run(List<Backend.AdamWStep> steps) {
        List<Backend.AdamWStep> together = new ArrayList<>();
        for (Backend.AdamWStep step : steps) {
            if (Elements.count(step.weight()) == 0) {
                continue;
            }
            boolean joins = together.isEmpty() || together.getLast().settings().equals(step.settings());
            if (!joins || together.size() == ElementKernels.MOST_PARAMETERS) {
                launch(together);
                together.clear();
            }
            together.add(step);
        }
        if (!together.isEmpty()) {
            launch(together);
        }
    }

    private void launch(List<Backend.AdamWStep> steps) {
        Backend.AdamW settings = steps.getFirst().settings();
        Call call = new Call(Kernel.ADAM_W)
                .words(0, steps.size())
                .numbers(
                        settings.beta1(),
                        1 - settings.beta1(),
                        settings.beta2(),
                        1 - settings.beta2(),
                        settings.epsilon(),
                        settings.decay());
        int most = 0;
        int word = 1;
        for (Backend.AdamWStep step : steps) {
            int n = Elements.count(step.weight());
            int slope = residency.readRowMajor(step.gradient());
            int rate = residency.read(step.rate());
            int corrections = residency.readRowMajor(step.corrections());
            call.words(word, n, changed(step.weight()), slope, changed(step.m()), changed(step.v()), rate, corrections);
            word += ElementKernels.PARAMETER;
            most = Math.max(most, n);
        }
        engine.launch(call, Elements.groups(most));
    }

    private int changed(Tensor x) {
        residency.read(x);
        return residency.write(x);
    }
}
