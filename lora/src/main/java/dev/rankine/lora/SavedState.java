package dev.rankine.lora;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Map;

/** What a controller left in a checkpoint, by name; what is missing or of another shape is refused. */
record SavedState(String method, Map<String, Tensor> tensors) {
    static Tensor ofFlags(Backend backend, boolean... flags) {
        long[] bits = new long[flags.length];
        for (int j = 0; j < bits.length; j++) {
            bits[j] = flags[j] ? 1 : 0;
        }
        return Tensor.ofLongs(backend, Shape.of(bits.length), bits);
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    long number(String name) {
        return take(name, Shape.of()).toLongs()[0];
    }

    boolean[] flags(String name, int count) {
        long[] bits = take(name, Shape.of(count)).toLongs();
        boolean[] flags = new boolean[count];
        for (int j = 0; j < count; j++) {
            flags[j] = bits[j] != 0;
        }
        return flags;
    }

    double[] numbers(String name, int count) {
        return take(name, Shape.of(count)).toDoubles();
    }

    /** Writes a saved tensor over a persistent one of the same shape. */
    void copyTo(String name, Tensor target) {
        target.write(take(name, target.shape()).toDoubles());
    }

    Shape shape(String name) {
        return find(name).shape();
    }

    private Tensor find(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(method + ": the checkpoint holds no '" + name
                    + "': it is of another method, see " + tensors.keySet());
        }
        return tensor;
    }

    private Tensor take(String name, Shape shape) {
        Tensor tensor = find(name);
        if (!tensor.shape().equals(shape)) {
            throw new IllegalArgumentException(method + ": the checkpoint holds '" + name + "' of shape "
                    + tensor.shape() + ", this model needs " + shape + ": is it another rank or model?");
        }
        return tensor;
    }
}
