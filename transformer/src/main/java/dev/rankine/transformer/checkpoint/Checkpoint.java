package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.Bart;

/** A model with the configuration of its folder. */
public record Checkpoint(BartConfig config, Bart model) {
    public Checkpoint {
        if (!config.settings().equals(model.settings())) {
            throw new IllegalArgumentException(
                    "the configuration " + config.settings() + " is not of a model with " + model.settings());
        }
    }
}
