package dev.rankine.transformer.train;

import dev.rankine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Maps of named tensors, as checkpoints hold them. */
final class State {
    private State() {}

    /** The entries whose names begin with a prefix, without it. */
    static Map<String, Tensor> under(String prefix, Map<String, Tensor> state) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        state.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
            }
        });
        return part;
    }

    /** @throws IllegalArgumentException if names, types or shapes differ */
    static void requireSameForm(String what, Map<String, Tensor> expected, Map<String, Tensor> saved) {
        Set<String> missing = new LinkedHashSet<>(expected.keySet());
        missing.removeAll(saved.keySet());
        Set<String> unknown = new LinkedHashSet<>(saved.keySet());
        unknown.removeAll(expected.keySet());
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new IllegalArgumentException("resume: the checkpoint's " + what + " differ from the run's: missing "
                    + missing + ", unknown " + unknown);
        }
        expected.forEach((name, tensor) -> requireSameForm(name, tensor, required(saved, name)));
    }

    private static void requireSameForm(String name, Tensor expected, Tensor saved) {
        if (!expected.shape().equals(saved.shape()) || expected.dtype() != saved.dtype()) {
            throw new IllegalArgumentException("resume: '" + name + "' is " + saved.dtype() + " " + saved.shape()
                    + " in the checkpoint, the run needs " + expected.dtype() + " " + expected.shape());
        }
    }

    static Tensor required(Map<String, Tensor> state, String name) {
        Tensor tensor = state.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("resume: the checkpoint has no '" + name + "'");
        }
        return tensor;
    }

    static void copy(Map<String, Tensor> saved, String name, Tensor into) {
        into.backend().copy(required(saved, name), into.forWriting("resume"));
    }
}
