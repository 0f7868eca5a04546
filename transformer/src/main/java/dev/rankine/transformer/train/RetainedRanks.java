package dev.rankine.transformer.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a method kept of what it trained.
 *
 * @param rank of every module at the start; null where there is no rank
 * @param trainableParameters at the start
 * @param retainedParameters at the end
 * @param targetDensity what was asked for
 * @param density kept / initial triplets
 * @param parameterDensity the same, weighted by the size of the triplets
 * @param retainedRank module to rank
 */
public record RetainedRanks(
        @Nullable Integer rank,
        long trainableParameters,
        long retainedParameters,
        double targetDensity,
        double density,
        double parameterDensity,
        Map<String, Integer> retainedRank) {
    public RetainedRanks {
        Finite.require("target density", targetDensity);
        Finite.require("density", density);
        Finite.require("parameter density", parameterDensity);
        retainedRank = Collections.unmodifiableMap(new LinkedHashMap<>(retainedRank));
    }
}
