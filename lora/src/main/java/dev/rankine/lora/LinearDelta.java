package dev.rankine.lora;

import dev.rankine.transformer.site.LinearSite;

/** An adapter that changes the product with a weight matrix. */
public non-sealed interface LinearDelta extends Adapter, LinearSite.Adaptation {
    LinearSite site();

    @Override
    default String path() {
        return site().path();
    }
}
