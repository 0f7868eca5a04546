package dev.rankine.lora;

import dev.rankine.transformer.site.ResidualSite;

/** An adapter behind a sublayer: before its residual add (Houlsby et al. 2019) or after its norm (Pfeiffer et al. 2021). */
public non-sealed interface SublayerAdapter extends Adapter, ResidualSite.Adaptation {
    @Override
    ResidualSite site();

    @Override
    default void attach() {
        site().occupy(this);
    }
}
