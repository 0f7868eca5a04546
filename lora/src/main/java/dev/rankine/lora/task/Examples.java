package dev.rankine.lora.task;

import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.Measure;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;

/** Examples as the model of a task reads them. They know how a model learns from them and how it is measured on them. */
public interface Examples {
    Task task();

    int size();

    /** Symbols of the longest one. */
    int longest();

    /** Tells these examples from others: a run can go on with the same ones only. */
    String fingerprint();

    /** What trains the task's model, or the adapters on it, on these examples. */
    Trainer<?> trainer(TrainerSettings settings, Controller controller);

    /** What measures the model, as it is then, on these examples. */
    Measure measure();
}
