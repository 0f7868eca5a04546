package dev.rankine.lora;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of the low-rank adapters is left.
 *
 * @param rank kept triplets by module path, in the model's order
 * @param triplets kept, of all modules
 * @param initialTriplets at the start
 * @param parameters numbers in A and B now: the sum of rank (I + O)
 * @param initialParameters at the start
 */
public record Retained(
        Map<String, Integer> rank, long triplets, long initialTriplets, long parameters, long initialParameters) {
    public Retained {
        rank = Collections.unmodifiableMap(new LinkedHashMap<>(rank));
    }

    static Retained of(List<? extends Ranked> adapters) {
        Map<String, Integer> rank = new LinkedHashMap<>();
        long triplets = 0;
        long initialTriplets = 0;
        long parameters = 0;
        long initialParameters = 0;
        for (Ranked adapter : adapters) {
            long size = adapter.site().inputs() + (long) adapter.site().outputs();
            rank.put(adapter.path(), adapter.rank());
            triplets += adapter.rank();
            initialTriplets += adapter.initialRank();
            parameters += adapter.rank() * size;
            initialParameters += adapter.initialRank() * size;
        }
        return new Retained(rank, triplets, initialTriplets, parameters, initialParameters);
    }

    /** Kept over initial triplets; 1 where there are none to cut. */
    public double density() {
        return initialTriplets == 0 ? 1 : (double) triplets / initialTriplets;
    }

    /** The same weighted by size. */
    public double parameterDensity() {
        return initialParameters == 0 ? 1 : (double) parameters / initialParameters;
    }
}
