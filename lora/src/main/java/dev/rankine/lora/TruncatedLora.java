package dev.rankine.lora;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.Svd;
import dev.rankine.transformer.train.Clock;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The yardstick for methods that learn the rank, which their papers leave out: plain {@link Lora} at the rank of the start,
 * and after the last step one cut to the budget. With the singular value decompositions of all changes,
 *
 * <pre>{@code
 * s B_k A_k = U_k diag(sigma_k) V_k^T        keep the triplets of the largest sigma_kj over all modules k
 * }</pre>
 *
 * Of all changes of so many triplets in total this one is the nearest to the trained one, in the sum of squared Frobenius
 * distances: within a module by Eckart and Young (1936), between modules because that sum is the sum of the squares of what
 * is cut. Ties are broken by module and place.
 *
 * <p>The decompositions are exact and go through r x r cores; see {@link Svd#ofProduct}.
 */
public final class TruncatedLora implements Controller {
    private static final String STEPS_SEEN = "truncated.steps_seen";

    private final List<Lora> modules;
    private final double weightDecay;
    private final int target;
    private long stepsSeen;
    private boolean cut;

    TruncatedLora(List<Lora> modules, double density, double weightDecay) {
        this.modules = modules;
        this.weightDecay = weightDecay;
        this.target = LowRankSettings.requireSome(
                "truncated", density, modules.stream().mapToInt(Lora::rank).sum());
    }

    @Override
    public List<ParameterGroup> parameterGroups() {
        return List.of(PlainController.adapterGroup(modules, weightDecay));
    }

    @Override
    public void beforeStep(Clock clock) {
        stepsSeen++;
    }

    /** The cut, after the last step. */
    @Override
    public List<Replacement> shrink(Clock clock) {
        if (clock.step() + 1 < clock.steps()) {
            return List.of();
        }
        List<Svd> changes = modules.stream().map(TruncatedLora::decompose).toList();
        double[] values = changes.stream()
                .flatMapToDouble(change -> Arrays.stream(change.values()))
                .toArray();
        boolean[] kept = TopTriplets.of(values, target);
        List<Replacement> replacements = new ArrayList<>();
        int from = 0;
        for (int k = 0; k < modules.size(); k++) {
            Lora module = modules.get(k);
            int to = from + module.rank();
            module.startFrom(factors(module, changes.get(k)));
            double[] ones = new double[module.rank()];
            Arrays.fill(ones, 1);
            replacements.addAll(module.shrink(Triplets.where(Arrays.copyOfRange(kept, from, to)), ones));
            from = to;
        }
        cut = true;
        return replacements;
    }

    private static Svd decompose(Lora module) {
        PlainFactors change = module.export();
        return Svd.ofProduct(Matrix.of(change.b()), Matrix.of(change.a()));
    }

    /** The same change with a singular triplet in every triplet: A = sigma^(1/2) V^T, B = U sigma^(1/2). */
    private static PlainFactors factors(Lora module, Svd change) {
        double[] roots = Arrays.stream(change.values()).map(Math::sqrt).toArray();
        Tensor like = module.a().data();
        DType dtype = like.dtype();
        return new PlainFactors(
                module.path(),
                change.v().scaledColumns(roots).transpose().toTensor(like.backend(), dtype),
                change.u().scaledColumns(roots).toTensor(like.backend(), dtype));
    }

    @Override
    public Map<String, Double> report() {
        Retained retained = Retained.of(modules);
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("density", retained.density());
        numbers.put("parameter_density", retained.parameterDensity());
        return numbers;
    }

    @Override
    public Map<String, Tensor> state() {
        return Map.of(STEPS_SEEN, Tensor.ofLongs(modules.getFirst().a().data().backend(), Shape.of(), stepsSeen));
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        stepsSeen = new SavedState("truncated", state).number(STEPS_SEEN);
    }

    @Override
    public void finish() {
        if (stepsSeen == 0) {
            throw new IllegalStateException("truncated saw no step: give the controller to the Trainer");
        }
        if (!cut) {
            throw new IllegalStateException(
                    "truncated: the run ended after " + stepsSeen + " steps, before its last one, and nothing was cut");
        }
    }
}
