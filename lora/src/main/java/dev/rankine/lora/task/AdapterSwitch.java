package dev.rankine.lora.task;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.Model;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Several adapters for one model, of which one is on it at a time, or none. All are read once and stay in memory; the model
 * is never read again. Switching back gives the same bits as before.
 *
 * <pre>{@code
 * AdapterSwitch adapters = new AdapterSwitch(task.model(), backend);
 * adapters.add("british", Path.of("british/adapter"));
 * adapters.add("scottish", Path.of("scottish/adapter"));
 * adapters.use("british");
 * }</pre>
 */
public final class AdapterSwitch {
    private final Model model;
    private final Backend backend;
    private final Map<String, AdaptedModel> adapters = new LinkedHashMap<>();
    private @Nullable AdaptedModel current;

    public AdapterSwitch(Model model, Backend backend) {
        this.model = model;
        this.backend = backend;
    }

    /**
     * Reads an adapter and checks that it fits the model; which one is in use stays as it is.
     *
     * @param name to use it by
     * @throws IllegalArgumentException if the name is taken, or the folder cannot be read or is for another model
     * @throws dev.rankine.lora.peft.PeftException likewise, in PEFT's format
     */
    public void add(String name, Path folder) {
        if (adapters.containsKey(name)) {
            throw new IllegalArgumentException("there are two adapters of the name '" + name + "'");
        }
        AdaptedModel before = current;
        useNone();
        try {
            AdaptedModel added = AdapterFolder.attach(folder, model, backend, new Method.Run(0, 0));
            added.detach();
            adapters.put(name, added);
        } finally {
            put(before);
        }
    }

    /** In the order in which they were added. */
    public Set<String> names() {
        return Collections.unmodifiableSet(adapters.keySet());
    }

    /**
     * Puts an adapter on the model in place of the one that is there.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public AdaptedModel use(String name) {
        AdaptedModel wanted = adapters.get(name);
        if (wanted == null) {
            throw new IllegalArgumentException("there is no adapter '" + name + "'; there are: " + names());
        }
        useNone();
        put(wanted);
        return wanted;
    }

    /** The model computes as it did before any adapter. */
    public void useNone() {
        if (current != null) {
            current.detach();
            current = null;
        }
    }

    private void put(@Nullable AdaptedModel wanted) {
        if (wanted != null) {
            wanted.attach();
            current = wanted;
        }
    }
}
