package dev.rankine.lora;

import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import java.util.List;
import java.util.Map;

/**
 * A way to adapt a model, with its settings. Methods are records whose components are the settings: their defaults are
 * the paper's, their constructor checks them. {@link Methods} knows all of them.
 *
 * <pre>{@code
 * Method method = Methods.named("salora").with(Map.of("density", "0.25"));
 * AdaptedModel adapted = method.attach(model, new Method.Run(seed, 0));
 * }</pre>
 */
public interface Method {
    /** The name to ask for it by, such as {@code salora}. */
    String name();

    /** One line for a list of methods. */
    String title();

    /** The settings by key, such as {@code start-fraction}, as {@link #with} takes them. */
    default Map<String, String> settings() {
        return Settings.of((Record) this);
    }

    /** The settings with what they mean, for people. */
    default List<MethodSetting> explained() {
        return Settings.explain((Record) this);
    }

    /**
     * This method with some settings changed, all at once.
     *
     * @throws IllegalArgumentException if there is no such setting (listing those there are) or a value is no good
     */
    default Method with(Map<String, String> changed) {
        return (Method) Settings.with(name(), (Record) this, changed);
    }

    /**
     * What is doubtful about a run of so many steps with these settings, a line each.
     *
     * @throws IllegalArgumentException if the settings cannot work with so few steps
     */
    default List<String> review(long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("a run needs at least 1 step, got " + steps);
        }
        return List.of();
    }

    /**
     * Puts adapters on a model's sites.
     *
     * @throws IllegalArgumentException if the settings do not fit the model; nothing is attached then
     */
    AdaptedModel attach(Model model, Run run);

    /**
     * Puts trained adapters on a model's sites.
     *
     * @param trained the tensors of {@link AdaptedModel#parameters} and {@link AdaptedModel#state} by name
     * @throws IllegalArgumentException if names or shapes are not those of the adapters; nothing is attached then
     */
    default AdaptedModel attach(Model model, Run run, Map<String, Tensor> trained) {
        return attach(model, run).filled(trained);
    }

    /**
     * What a run says to every method.
     *
     * @param seed of every random number
     * @param weightDecay decoupled, of the adapters' weights
     */
    record Run(long seed, double weightDecay) {}
}
