package dev.rankine.lora;

import java.util.List;

/**
 * A setting of a {@link Method}, for people.
 *
 * @param key what {@link Method#with} takes, such as {@code gate-rate}
 * @param value as it is set
 * @param choices the values there are; empty where numbers or names are meant
 * @param meaning what it is, with the paper's name for it
 */
public record MethodSetting(String key, String value, List<String> choices, String meaning) {
    public MethodSetting {
        choices = List.copyOf(choices);
    }
}
