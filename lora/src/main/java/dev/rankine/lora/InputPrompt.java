package dev.rankine.lora;

import dev.rankine.transformer.site.InputSite;

/** An adapter that puts learned rows in front of the embedded input (Lester et al. 2021). */
public non-sealed interface InputPrompt extends Adapter, InputSite.Adaptation {
    @Override
    InputSite site();

    @Override
    default void attach() {
        site().occupy(this);
    }
}
