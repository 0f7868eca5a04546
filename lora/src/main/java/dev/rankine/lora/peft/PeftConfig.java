package dev.rankine.lora.peft;

import dev.rankine.lora.Method;
import dev.rankine.lora.Targets;

/** What {@code adapter_config.json} says, by the kind of adapter. */
public sealed interface PeftConfig permits LoraConfig, AdaLoraConfig {
    /** Which modules of which model it is for. */
    Placement placement();

    /** The method that made it, for these modules. */
    Method method(Targets targets);
}
