package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where the range of every number among the settings ends: the end itself is taken, what lies behind it is refused. */
class SettingRangesTest {
    /**
     * @param methods with spaces between them
     * @param setting a key
     * @param taken values with spaces between them
     * @param refused likewise
     */
    private record Range(String methods, String setting, String taken, String refused) {
        @Override
        public String toString() {
            return methods + " " + setting;
        }
    }

    private static final String LOW_RANK = "lora rslora dora adalora salora sora salientlora truncated";
    private static final String NO_NUMBER = " NaN Infinity -Infinity";

    static Stream<Range> ranges() {
        return Stream.of(
                new Range(LOW_RANK, "rank", "1 4096", "0 -1"),
                new Range(LOW_RANK, "alpha", "1e-300 1e9", "0 -1" + NO_NUMBER),
                new Range(LOW_RANK, "dropout", "0 0.999", "-1e-9 1" + NO_NUMBER),
                new Range("lora rslora", "b-rate-ratio", "1e-9 16", "0 -1" + NO_NUMBER),
                new Range("adalora salora salientlora truncated", "density", "1e-9 1", "0 1.001" + NO_NUMBER),
                new Range("sora", "density", "0 1", "-1e-9 1.001" + NO_NUMBER),
                new Range("adalora", "gamma", "0 9", "-1e-9" + NO_NUMBER),
                new Range("adalora", "beta1", "1e-9 0.999", "0 1" + NO_NUMBER),
                new Range("adalora", "beta2", "1e-9 0.999", "0 1" + NO_NUMBER),
                new Range("adalora", "warmup", "0 0.499", "-1e-9 0.5" + NO_NUMBER),
                new Range("adalora", "cooldown", "0 0.899", "-1e-9 0.9" + NO_NUMBER),
                new Range("adalora", "interval", "1 99", "0 -1"),
                new Range("salora", "beta", "0 9", "-1e-9" + NO_NUMBER),
                new Range("salora", "gate-rate", "1e-9 1", "0 -1" + NO_NUMBER),
                new Range("salora", "start", "0 0.499", "-1e-9 0.5" + NO_NUMBER),
                new Range("salora", "end", "0.201 1", "0.2 1.001" + NO_NUMBER),
                new Range("salora", "tau", "1e-9 9", "0 -1" + NO_NUMBER),
                new Range("salora", "gamma", "-9 -1e-9", "0 1" + NO_NUMBER),
                new Range("salora", "zeta", "1.001 9", "1 -1" + NO_NUMBER),
                new Range("salora", "spread", "0 9", "-1e-9" + NO_NUMBER),
                new Range("salora", "dual-rate", "0 9", "-1e-9" + NO_NUMBER),
                new Range("salora", "ramp", "0 1", "-1e-9 1.001" + NO_NUMBER),
                new Range("sora", "lambda", "0 9", "-1e-9" + NO_NUMBER),
                new Range("sora", "l1", "0 9", "-1e-9" + NO_NUMBER),
                new Range("sora", "gate-rate", "1e-9 9", "0 -1" + NO_NUMBER),
                new Range("sora", "end", "0 1", "-1e-9 1.001" + NO_NUMBER),
                new Range("salientlora", "orth-weight", "0 9", "-1e-9" + NO_NUMBER),
                new Range("salientlora", "beta", "-1 1", "-1.001 1.001" + NO_NUMBER),
                new Range("salientlora", "gamma", "1e-9 9", "0 -1" + NO_NUMBER),
                new Range("salientlora", "lambda", "0 1", "-1e-9 1.001" + NO_NUMBER),
                new Range("salientlora", "warmup", "0 0.5", "-1e-9 0.501" + NO_NUMBER),
                new Range("salientlora", "allocation", "1e-9 0.9", "0 0.901" + NO_NUMBER),
                new Range("salientlora", "first-window", "0 99", "-1"),
                new Range("salientlora", "last-window", "0 99", "-1"),
                new Range("houlsby pfeiffer", "bottleneck", "1 99", "0 -1"),
                new Range("houlsby pfeiffer fusion prefix prompt", "spread", "0 9", "-1e-9" + NO_NUMBER),
                new Range("prefix prompt", "length", "1 99", "0 -1"),
                new Range("prefix", "hidden", "0 99", "-1"));
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void theEndsOfRangesAreTakenAndNothingBehindThem(Range range) {
        for (String name : range.methods().split(" ")) {
            Method method = Methods.named(name);
            for (String value : range.taken().split(" ")) {
                Method changed = method.with(Map.of(range.setting(), value));
                assertThat(Double.parseDouble(changed.settings().get(range.setting())))
                        .isEqualTo(Double.parseDouble(value));
            }
            for (String value : range.refused().split(" ")) {
                assertThatThrownBy(() -> method.with(Map.of(range.setting(), value)))
                        .as("%s %s %s", name, range.setting(), value)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(range.setting().split("-")[0]);
            }
        }
    }

    @Test
    void noNumberIsLeftOut() {
        Set<String> listed = new TreeSet<>();
        ranges().forEach(range -> Arrays.stream(range.methods().split(" "))
                .forEach(method -> listed.add(method + " " + range.setting())));
        Set<String> numbers = new TreeSet<>();
        for (Method method : Methods.all()) {
            method.settings().forEach((key, value) -> {
                if (value.matches("-?\\d.*")) {
                    numbers.add(method.name() + " " + key);
                }
            });
        }
        assertThat(listed).isEqualTo(numbers);
    }

    @Test
    void everyMethodSaysWhatItIsInALineOfItsOwn() {
        List<String> titles = Methods.all().stream().map(Method::title).toList();
        assertThat(titles)
                .doesNotHaveDuplicates()
                .allSatisfy(title -> assertThat(title).hasSizeBetween(10, 100));
    }
}
