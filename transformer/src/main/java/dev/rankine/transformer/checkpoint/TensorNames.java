package dev.rankine.transformer.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What the tensors of a folder may be called beside the names that a model asks for.
 *
 * @param tied names under which some folders hold a weight again, with the name of that weight
 * @param others rewrites a name into one that other folders use for the same tensor; itself where there is none
 * @param unused tensors that this model has no use for: they are reported, not refused
 * @param fresh tensors that may be missing or of another shape: they begin at random then, and are reported
 */
record TensorNames(
        Map<String, String> tied,
        List<UnaryOperator<String>> others,
        Predicate<String> unused,
        Predicate<String> fresh) {
    TensorNames {
        tied = Map.copyOf(tied);
        others = List.copyOf(others);
    }

    /** Everything must be there and nothing else. */
    static TensorNames exactly(Map<String, String> tied) {
        return new TensorNames(tied, List.of(), name -> false, name -> false);
    }
}
