package dev.rankine.lora;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** A small transformer with a batch and a task, on which every method can train. */
abstract class SmallModel {
    /** The architectures there are. */
    enum Kind {
        BART {
            @Override
            SmallModel make(Backend backend, DType dtype, long seed) {
                return new SmallBart(backend, dtype, seed);
            }
        },
        ENCODER {
            @Override
            SmallModel make(Backend backend, DType dtype, long seed) {
                return new SmallEncoder(backend, dtype, seed);
            }
        };

        abstract SmallModel make(Backend backend, DType dtype, long seed);
    }

    final Backend backend;
    private final int examples;

    SmallModel(Backend backend, int examples) {
        this.backend = backend;
        this.examples = examples;
    }

    abstract Model model();

    /** What the model gives for the batch. */
    abstract Variable output(Pass pass);

    /** The task's loss on the batch, a mean. */
    abstract Variable loss(Pass pass);

    AdaptedModel attach(Method method) {
        return method.attach(model(), new Method.Run(7, 0));
    }

    double[] logits() {
        try (var _ = GradientMode.noGrad()) {
            return output(Pass.inference()).data().toDoubles();
        }
    }

    /** The task's loss in training at this step. */
    Variable loss(long step) {
        Tensor clock = Tensor.ofLongs(backend, Shape.of(2), 3, step);
        Tensor numbers = Tensor.ofLongs(
                backend, Shape.of(examples), LongStream.range(0, examples).toArray());
        return loss(Pass.training(new Draw(clock, 0, numbers)));
    }

    /** Makes steps up to this one. */
    void train(Rig rig, long until) {
        while (rig.at() < until) {
            rig.step(() -> loss(rig.at()));
        }
    }

    /** Copies of the weights by name. */
    Map<String, List<Double>> weights() {
        Map<String, List<Double>> copies = new TreeMap<>();
        model().weights().forEach((name, weight) -> copies.put(name, copy(weight)));
        return copies;
    }

    /** The numbers of a variable, to compare them later. */
    static List<Double> copy(Variable variable) {
        List<Double> values = new ArrayList<>();
        for (double value : variable.data().toDoubles()) {
            values.add(value);
        }
        return values;
    }
}
