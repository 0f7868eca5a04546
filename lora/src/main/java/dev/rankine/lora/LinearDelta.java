package dev.rankine.lora;

import dev.rankine.transformer.site.LinearSite;

/** An adapter that changes the product with a weight matrix. */
public non-sealed interface LinearDelta extends Adapter, LinearSite.Adaptation {
    @Override
    LinearSite site();

    @Override
    default void attach() {
        site().occupy(this);
    }
}
