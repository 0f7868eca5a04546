package dev.rankine.lora.task;

import dev.rankine.lora.inspect.ModelForm;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.Model;
import java.util.List;

/** A model put together with what it is to do, ready for examples. */
public interface Task {
    /** What the command line calls it, such as {@code seq2seq}. */
    String kind();

    /** What an adapter's file says about the model that it belongs to. */
    BaseModel base();

    /** Where the model came from. */
    default String name() {
        return base().nameOrPath();
    }

    Backend backend();

    Model model();

    /** What the memory of a step depends on. */
    ModelForm form();

    /** The modules that begin anew with the task, so that they are trained whole beside any adapter; usually none. */
    default List<String> head() {
        return List.of();
    }

    /** What it is measured by; the first tells the best model where nothing else is asked for. */
    List<String> metrics();

    /** What must be known beside the model to use what was trained. */
    TaskFile file();
}
