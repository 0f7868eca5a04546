package dev.rankine.transformer.train;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code summary.json}: what was run, what it reached and what it cost. All keys lie on one level but {@code
 * before}, {@code after}, {@code retained_rank} and {@code settings}.
 *
 * @param run what was asked for
 * @param training what the trainer measured
 * @param ranks what the method kept
 * @param peakRssMib the process's largest resident memory in MiB; null where the system does not tell
 */
public record RunSummary(
        @JsonUnwrapped Run run,
        @JsonUnwrapped TrainingResult training,
        @JsonUnwrapped RetainedRanks ranks,
        @Nullable Double peakRssMib) {
    /**
     * What was asked for.
     *
     * @param model where the base model came from
     * @param settings everything else that was set, for the record
     */
    public record Run(
            String method,
            String task,
            String model,
            long seed,
            String backend,
            int threads,
            Map<String, String> settings) {
        public Run {
            settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        }
    }
}
