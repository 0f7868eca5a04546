package dev.rankine.lora;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads and changes the components of a record by keys: component {@code startFraction} has key {@code start-fraction}. */
final class Settings {
    private Settings() {}

    /** Every key and value, in the order of the record. */
    static Map<String, String> of(Record record) {
        Map<String, String> values = new LinkedHashMap<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            values.put(key(component), text(read(component, record)));
        }
        return values;
    }

    /** Every setting with what it means. */
    static List<MethodSetting> explain(Record record) {
        return Arrays.stream(record.getClass().getRecordComponents())
                .map(component -> new MethodSetting(
                        key(component),
                        text(read(component, record)),
                        choices(component.getType()),
                        component.getAnnotation(Setting.class).value()))
                .toList();
    }

    /** A record of the same class with some components replaced. */
    static Record with(String owner, Record record, Map<String, String> changed) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Map<String, String> known = of(record);
        for (String key : changed.keySet()) {
            if (!known.containsKey(key)) {
                throw new IllegalArgumentException("method " + owner + " has no setting '" + key + "'; it has: "
                        + String.join(", ", known.keySet()));
            }
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            String text = changed.get(key(components[i]));
            values[i] = text == null
                    ? read(components[i], record)
                    : parse(owner + " setting '" + key(components[i]) + "'", components[i].getType(), text.strip());
        }
        return make(record.getClass(), components, values);
    }

    private static String key(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static String text(Object value) {
        return value instanceof Enum<?> constant ? lower(constant) : value.toString();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> choices(Class<?> type) {
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                        .map(constant -> lower((Enum<?>) constant))
                        .toList()
                : List.of();
    }

    private static Object parse(String what, Class<?> type, String text) {
        try {
            if (type == int.class) {
                return Integer.parseInt(text);
            }
            if (type == double.class) {
                return Double.parseDouble(text);
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(what + ": '" + text + "' is no number", notANumber);
        }
        if (type == Targets.class) {
            return Targets.parse(text);
        }
        if (type == Folders.class) {
            return Folders.parse(text);
        }
        if (type.isEnum()) {
            for (Object constant : type.getEnumConstants()) {
                if (lower((Enum<?>) constant).equals(text)) {
                    return constant;
                }
            }
            throw new IllegalArgumentException(what + ": '" + text + "' is none of " + choices(type));
        }
        throw new IllegalStateException(what + " has type " + type + ", which no text stands for");
    }

    private static Object read(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("cannot read " + component, impossible);
        }
    }

    private static Record make(Class<? extends Record> type, RecordComponent[] components, Object[] values) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException refused) {
            if (refused.getCause() instanceof IllegalArgumentException badValue) {
                throw badValue;
            }
            throw new IllegalStateException("cannot make " + type, refused);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("cannot make " + type, impossible);
        }
    }
}
