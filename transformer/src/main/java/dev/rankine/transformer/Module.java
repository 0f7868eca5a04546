package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A part of a model: it owns weights and smaller parts, and knows its path in the Hugging Face model. */
public abstract class Module {
    private final String path;
    private final Map<String, Variable> own = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final List<Module> children = new ArrayList<>();

    protected Module(String path) {
        this.path = path;
    }

    /** Such as {@code model.encoder.layers.0.self_attn}; empty for a whole model. */
    public final String path() {
        return path;
    }

    /** The path of something inside this part. */
    protected final String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Takes a weight and registers it under its name. Weights begin frozen. */
    protected final Variable weight(Weights weights, String name, Shape shape, Weights.Start start) {
        Variable variable = Variable.constant(weights.take(path(name), shape, start));
        own.put(path(name), variable);
        return variable;
    }

    /** Takes a matrix that only products and look-ups read, so that it may stay in a narrow type. */
    protected final Variable matrix(Weights weights, String name, Shape shape, Weights.Start start) {
        Variable variable = Variable.constant(weights.takeMatrix(path(name), shape, start));
        own.put(path(name), variable);
        return variable;
    }

    /** Takes a tensor that belongs to the checkpoint and is never trained. */
    protected final Tensor buffer(Weights weights, String name, Shape shape, Weights.Start start) {
        Tensor tensor = weights.take(path(name), shape, start);
        buffers.put(path(name), tensor);
        return tensor;
    }

    protected final <M extends Module> M child(M part) {
        children.add(part);
        return part;
    }

    /** Every weight of this part and the parts inside it by its full name, in the order of construction. */
    public final Map<String, Variable> weights() {
        Map<String, Variable> all = new LinkedHashMap<>(own);
        children.forEach(part -> all.putAll(part.weights()));
        return all;
    }

    /** What a checkpoint holds beside the {@link #weights()}: tensors that are never trained, by their full names. */
    public final Map<String, Tensor> buffers() {
        Map<String, Tensor> all = new LinkedHashMap<>(buffers);
        children.forEach(part -> all.putAll(part.buffers()));
        return all;
    }
}
