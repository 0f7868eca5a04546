package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gates of every triplet of a model in one vector g[N], modules one after the other, each module's adapter seeing its
 * part. The parts are leaves, so that any number of micro-batches can use them and the task's dL/dg adds up there.
 */
final class GateVector {
    private final List<Lora> modules;
    private final List<Variable> leaves = new ArrayList<>();
    private final List<Lora.Gate> gates = new ArrayList<>();
    private final Tensor training;
    private final Tensor inference;

    GateVector(List<Lora> modules) {
        this.modules = modules;
        Tensor like = modules.getFirst().a().data();
        int size = modules.stream().mapToInt(Lora::rank).sum();
        DType dtype = like.dtype();
        Backend backend = like.backend();
        training = Tensor.zeros(backend, dtype, Shape.of(size));
        inference = Tensor.zeros(backend, dtype, Shape.of(size));
        int from = 0;
        for (Lora module : modules) {
            int to = from + module.rank();
            Variable leaf = Variable.parameter(training.slice(0, from, to));
            leaves.add(leaf);
            gates.add(new Lora.Gate(leaf, Variable.constant(inference.slice(0, from, to))));
            from = to;
        }
    }

    /** N. */
    int size() {
        return training.shape().dim(0);
    }

    /** Sets the gates of this step's training passes and begins a new dL/dg. */
    void train(Tensor g) {
        g.backend().copy(g, training.forWriting("gates"));
        leaves.forEach(Variable::clearGradient);
    }

    /** Sets the gates of passes without randomness. */
    void infer(Tensor g) {
        g.backend().copy(g, inference.forWriting("gates"));
    }

    /** Puts the gates on the modules. */
    void on() {
        for (int i = 0; i < modules.size(); i++) {
            modules.get(i).gate(gates.get(i));
        }
    }

    /** The parts, by the path of their module. */
    Map<String, Variable> leaves() {
        Map<String, Variable> named = new LinkedHashMap<>();
        for (int i = 0; i < modules.size(); i++) {
            named.put(modules.get(i).path() + ".gates", leaves.get(i));
        }
        return named;
    }

    /** dL/dg [N]; 0 for a module that took no part. */
    Tensor gradient() {
        Tensor joint = training.result("gates", training.shape());
        int from = 0;
        for (Variable leaf : leaves) {
            int to = from + leaf.shape().dim(0);
            Tensor part = joint.slice(0, from, to);
            Tensor dG = leaf.gradient();
            if (dG == null) {
                joint.backend().fill(part, 0);
            } else {
                joint.backend().copy(dG, part);
            }
            from = to;
        }
        return joint;
    }
}
