package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Site;
import java.util.Map;

/**
 * What sits on one site of a model and takes part in its computation. The four kinds are the four kinds of site; each
 * computes through the adaptation interface of its site.
 */
public sealed interface Adapter permits LinearDelta, SublayerAdapter, AttentionPrefix, InputPrompt {
    Site<?> site();

    /** The Hugging Face module path of the site. */
    default String path() {
        return site().path();
    }

    /** What is trained, by full name, such as {@code model.encoder.layers.0.fc1.lora_A.weight}. */
    Map<String, Variable> parameters();

    /** What else the adapter's function depends on, by full name: tensors that are not trained by gradient. */
    default Map<String, Tensor> state() {
        return Map.of();
    }

    /**
     * Sits down on the site. Does nothing if the adapter is there already.
     *
     * @throws IllegalStateException if another one is
     */
    void attach();

    /** Leaves the site, which computes as before. Does nothing if the adapter is not there. */
    default void detach() {
        site().leave(this);
    }
}
