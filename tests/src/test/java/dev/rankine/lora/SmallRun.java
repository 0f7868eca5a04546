package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Pass;
import java.util.Arrays;
import java.util.Map;

/** A chain of three modules, a task for it, and a method on it: 3 r triplets. */
final class SmallRun {
    static final Backend REFERENCE = new ReferenceBackend();
    private static final int[] WIDTHS = {6, 9, 7, 5};
    private static final int BATCH = 8;

    final Chain model;
    final AdaptedModel adapted;
    final Tensor x;
    private final Tensor target;

    SmallRun(String method, Map<String, String> settings, long seed) {
        model = new Chain(REFERENCE, DType.F32, seed, WIDTHS);
        adapted = Methods.named(method).with(settings).attach(model, new Method.Run(7, 0));
        x = model.normal(100, 1, Shape.of(BATCH, WIDTHS[0]));
        target = model.normal(101, 1, Shape.of(BATCH, WIDTHS[WIDTHS.length - 1]));
    }

    Rig rig(long steps) {
        return new Rig(adapted.controller(), REFERENCE, 3, steps, .01);
    }

    Rig resume(long steps, Map<String, Tensor> checkpoint, long step) {
        return Rig.resume(adapted.controller(), REFERENCE, 3, steps, .01, checkpoint, step);
    }

    /** The task's loss as a micro-batch of this step sees it. */
    Variable loss(Rig rig) {
        return model.loss(x, target, model.training(BATCH, rig.at()));
    }

    void step(Rig rig) {
        rig.step(() -> loss(rig));
    }

    void train(Rig rig, long until) {
        while (rig.at() < until) {
            step(rig);
        }
    }

    double loss() {
        return model.loss(x, target, Pass.inference()).data().item();
    }

    double[] numbers() {
        return model.numbers(x);
    }

    SvdLora module(int i) {
        return (SvdLora) adapted.adapters().get(i);
    }

    /** Every lambda, modules one after the other. */
    double[] lambdas() {
        return adapted.adapters().stream()
                .flatMapToDouble(
                        adapter -> Arrays.stream(((SvdLora) adapter).e().data().toDoubles()))
                .toArray();
    }

    long openTriplets() {
        return Arrays.stream(lambdas()).filter(lambda -> lambda != 0).count();
    }
}
