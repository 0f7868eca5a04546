package dev.rankine.lora.task;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Dora;
import dev.rankine.lora.LowRank;
import dev.rankine.lora.Method;
import dev.rankine.lora.StoredAdapter;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.Model;
import java.nio.file.Path;

/**
 * The folder of a trained adapter: in PEFT's format where it has one for the method, else as {@link StoredAdapter}. After full
 * fine-tuning it holds every weight of the model.
 */
public final class AdapterFolder {
    /** The file of the tensors in either format. */
    static final String TENSORS = StoredAdapter.TENSORS;

    private AdapterFolder() {}

    /** The path in the model of a tensor of either format. */
    static String modulePath(String tensor) {
        return tensor.startsWith(PeftFolder.PREFIX) ? tensor.substring(PeftFolder.PREFIX.length()) : tensor;
    }

    /** Writes a folder with what a task trained, and what it takes to use it: {@link TaskFile}. */
    static void save(Path folder, AdaptedModel adapted, Task task) {
        save(folder, adapted, task.base());
        task.file().write(folder);
    }

    /** Writes a folder, whole or not at all; one that is there is replaced. */
    public static void save(Path folder, AdaptedModel adapted, BaseModel base) {
        if (isForPeft(adapted)) {
            PeftFolder.save(folder, adapted, base);
        } else {
            StoredAdapter.of(adapted, base.nameOrPath()).write(folder);
        }
    }

    private static boolean isForPeft(AdaptedModel adapted) {
        return !adapted.adapters().isEmpty()
                && adapted.adapters().stream()
                        .allMatch(adapter -> adapter instanceof LowRank || adapter instanceof Dora);
    }

    /**
     * Puts what a folder holds on a model, ready for inference or for more training.
     *
     * @throws IllegalArgumentException if the folder cannot be read or is for another model
     * @throws dev.rankine.lora.peft.PeftException likewise, in PEFT's format
     */
    public static AdaptedModel attach(Path folder, Model model, Backend backend, Method.Run run) {
        if (!StoredAdapter.isIn(folder)) {
            return PeftFolder.load(folder, backend).attach(model, run);
        }
        return StoredAdapter.read(folder, backend).attach(model, run);
    }
}
