package dev.rankine.autograd.optim;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** One parameter of an optimiser, its settings, and what is remembered of it. */
final class Slot {
    private final String name;
    private final OptimizerGroup settings;
    private final Map<String, Tensor> memory = new LinkedHashMap<>();
    private Variable parameter;
    private long steps;

    /** @param memories names of the tensors of the parameter's shape that are remembered, zero at first */
    Slot(String name, Variable parameter, OptimizerGroup settings, List<String> memories) {
        this.name = name;
        this.parameter = parameter;
        this.settings = settings;
        Tensor data = parameter.data();
        memories.forEach(which -> memory.put(which, Tensor.zeros(data.backend(), data.dtype(), data.shape())));
    }

    String name() {
        return name;
    }

    Variable parameter() {
        return parameter;
    }

    OptimizerGroup settings() {
        return settings;
    }

    /** Counts a step, from 1. */
    long nextStep() {
        return ++steps;
    }

    Tensor memory(String which) {
        Tensor tensor = memory.get(which);
        if (tensor == null) {
            throw new IllegalArgumentException("nothing is remembered as '" + which + "' of '" + name + "'");
        }
        return tensor;
    }

    void replace(Variable kept, UnaryOperator<Tensor> select) {
        Map<String, Tensor> selected = new LinkedHashMap<>();
        memory.forEach((which, tensor) -> {
            Tensor part = select.apply(tensor);
            ShapeMismatch.require("replace", name + "." + which, kept.shape(), part.shape());
            selected.put(which, part.clone(tensor.dtype()));
        });
        memory.putAll(selected);
        parameter = kept;
    }

    /** What a checkpoint holds of this parameter: the living tensors, and the number of steps. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        memory.forEach((which, tensor) -> state.put(name + "." + which, tensor));
        state.put(name + ".steps", Tensor.ofLongs(parameter.data().backend(), Shape.of(1), steps));
        return state;
    }

    /** Checks the form of every tensor of {@link #state()} and changes nothing. */
    void check(Map<String, Tensor> saved) {
        memory.forEach((which, tensor) -> requireForm(saved, name + "." + which, tensor.dtype(), tensor.shape()));
        Tensor count = requireForm(saved, name + ".steps", DType.I64, Shape.of(1));
        if (count.toLongs()[0] < 0) {
            throw new IllegalArgumentException("restore: " + name + ".steps is " + count.toLongs()[0]);
        }
    }

    private static Tensor requireForm(Map<String, Tensor> saved, String name, DType dtype, Shape shape) {
        Tensor tensor = required(saved, name);
        ShapeMismatch.require("restore", name, shape, tensor.shape());
        if (tensor.dtype() != dtype) {
            throw new IllegalArgumentException("restore: " + name + " must be " + dtype + ", got " + tensor.dtype());
        }
        return tensor;
    }

    /** Copies a checked state in. */
    void restore(Map<String, Tensor> saved) {
        memory.forEach((which, tensor) ->
                tensor.backend().copy(required(saved, name + "." + which), tensor.forWriting("restore")));
        steps = required(saved, name + ".steps").toLongs()[0];
    }

    private static Tensor required(Map<String, Tensor> saved, String name) {
        Tensor tensor = saved.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("restore: " + name + " is missing");
        }
        return tensor;
    }
}
