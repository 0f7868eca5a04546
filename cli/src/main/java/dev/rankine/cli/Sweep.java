package dev.rankine.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;

/**
 * A setting and the values that it takes one after the other.
 *
 * @param setting such as {@code rank}
 * @param values as they were written; at least one, none twice
 */
record Sweep(String setting, List<String> values) {
    /** Such as {@code rank=2,4,8,16}. */
    static final class Converter implements ITypeConverter<Sweep> {
        @Override
        public Sweep convert(String text) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--sweep " + text + ": say what to sweep, such as rank=2,4,8,16");
            }
            return new Sweep(
                    text.substring(0, equals),
                    List.of(text.substring(equals + 1).split(",", -1)));
        }
    }

    Sweep {
        values = values.stream().map(String::strip).toList();
        List<Double> seen = new ArrayList<>();
        for (String value : values) {
            double number = number(setting, value);
            if (seen.contains(number)) {
                throw new UsageException("--sweep " + setting + ": " + value + " is there twice");
            }
            seen.add(number);
        }
    }

    List<Double> numbers() {
        return values.stream().map(value -> number(setting, value)).toList();
    }

    private static double number(String setting, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException notANumber) {
            throw new UsageException("--sweep " + setting + ": '" + value + "' is no number");
        }
    }
}
