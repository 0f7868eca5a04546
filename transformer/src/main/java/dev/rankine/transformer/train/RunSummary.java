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
 * @param keptStep after how many steps the adapter was what its folder holds, and {@code after} was measured
 */
public record RunSummary(
        @JsonUnwrapped Run run,
        @JsonUnwrapped TrainingResult training,
        @JsonUnwrapped RetainedRanks ranks,
        @Nullable Double peakRssMib,
        long keptStep) {
    /** Of a run whose adapter is that of the last step. */
    public RunSummary(Run run, TrainingResult training, RetainedRanks ranks, @Nullable Double peakRssMib) {
        this(run, training, ranks, peakRssMib, training.steps());
    }

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
