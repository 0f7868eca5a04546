package dev.rankine.lora;

import dev.rankine.transformer.site.KeyValueSite;

/** An adapter that puts learned keys and values in front of those of an attention layer (Li and Liang 2021). */
public non-sealed interface AttentionPrefix extends Adapter, KeyValueSite.Adaptation {
    @Override
    KeyValueSite site();

    @Override
    default void attach() {
        site().occupy(this);
    }
}
