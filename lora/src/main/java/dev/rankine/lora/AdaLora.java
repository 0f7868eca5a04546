package dev.rankine.lora;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.train.Clock;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * AdaLoRA (Zhang et al., "Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning", 2023): triplets of the form
 * {@link SvdLora} compete for a {@link CubicBudget} by their {@link TripletImportance}.
 *
 * <pre>{@code
 * L      = task loss + gamma R(P, Q)                                 R see Orthogonality
 * S_kj   = s(lambda_kj) + mean s(P_k:j) + mean s(Q_kj:)              after every step, with the new weights
 * lambda = lambda where S_kj is among the b(t) largest, else 0       after every Delta T-th step
 * }</pre>
 *
 * <p>A triplet that lost can come back before step T - tf: its lambda is 0, but the gradient of that is not. The choice of
 * step T - tf is final, and there the lost triplets are deleted with their optimiser state, so that the rest of the training
 * costs what the kept ranks cost.
 *
 * <p>Paper and released code differ. As the code does: the budget's formula (see {@link CubicBudget}); scores from the new
 * weights and the clipped gradients of the step, the regulariser's included, where the paper scores before it steps; the
 * regulariser's default (its weight of .5 belongs to that form; the paper's is an option). Other than the code: exactly b(t)
 * triplets are kept, ties by module and place, where the code compares with the k-th smallest score and loses all that tie;
 * and it masks for ever what is deleted here, so that deleted triplets no longer take part in R.
 */
public final class AdaLora implements Controller {
    private static final String STEPS_SEEN = "adalora.steps_seen";
    private static final String BUDGET = "adalora.budget";
    private static final String KEPT = "adalora.kept";
    private static final String SCORES = "adalora.";

    private final AdaLoraMethod settings;
    private final List<SvdLora> modules;
    private final double weightDecay;
    private final List<TripletImportance> importance;
    private final Tensor identity;
    private final int triplets;
    private final int target;
    private long stepsSeen;
    private int budget;
    private boolean @Nullable [] kept;

    AdaLora(AdaLoraMethod settings, List<SvdLora> modules, double weightDecay) {
        this.settings = settings;
        this.modules = modules;
        this.weightDecay = weightDecay;
        this.importance = modules.stream().map(TripletImportance::new).toList();
        Tensor like = modules.getFirst().a().data();
        this.identity = Orthogonality.identity(like.backend(), like.dtype(), settings.rank());
        this.triplets = modules.stream().mapToInt(SvdLora::rank).sum();
        this.target = LowRankSettings.requireSome("adalora", settings.density(), triplets);
        this.budget = triplets;
    }

    @Override
    public List<ParameterGroup> parameterGroups() {
        return List.of(PlainController.adapterGroup(modules, weightDecay));
    }

    private CubicBudget schedule(Clock clock) {
        return settings.schedule(triplets, target, clock.steps());
    }

    // ---- a step ----

    /** Refuses a run whose steps the schedule does not fit. */
    @Override
    public void beforeStep(Clock clock) {
        schedule(clock);
        stepsSeen++;
    }

    /** gamma R(P, Q). */
    @Override
    public @Nullable Variable regularizer(Clock clock) {
        return settings.gamma() == 0 ? null : Affine.scale(orthogonality(), settings.gamma());
    }

    private Variable orthogonality() {
        return settings.orthogonality().of(modules, identity);
    }

    /** Scores every entry; at an allocation sets lambda of the triplets beyond the budget to 0. */
    @Override
    public void afterStep(Clock clock) {
        if (kept != null) {
            return;
        }
        importance.forEach(module -> module.update(settings.beta1(), settings.beta2()));
        long made = clock.step() + 1;
        CubicBudget schedule = schedule(clock);
        if (made < schedule.end() && schedule.isAllocation(made)) {
            budget = schedule.at(made);
            mask(TopTriplets.of(scores(), budget));
        }
    }

    /** S of all triplets, modules one after the other, read on the host. */
    private double[] scores() {
        return importance.stream()
                .flatMapToDouble(module -> Arrays.stream(module.score().toDoubles()))
                .toArray();
    }

    private void mask(boolean[] chosen) {
        int from = 0;
        for (SvdLora module : modules) {
            Tensor e = module.e().data();
            double[] mask = new double[module.rank()];
            for (int j = 0; j < mask.length; j++) {
                mask[j] = chosen[from + j] ? 1 : 0;
            }
            Tensor factors = Tensor.of(e.backend(), e.dtype(), e.shape(), mask);
            e.backend().zip(Binary.MULTIPLY, e, factors, e.forWriting("adalora"));
            from += mask.length;
        }
    }

    /** The final choice, after step T - tf. */
    @Override
    public List<Replacement> shrink(Clock clock) {
        if (kept != null || clock.step() + 1 < schedule(clock).end()) {
            return List.of();
        }
        return shrinkTo(TopTriplets.of(scores(), target));
    }

    private List<Replacement> shrinkTo(boolean[] chosen) {
        kept = chosen;
        budget = target;
        return SvdLora.shrink(modules, chosen);
    }

    // ---- what can be read ----

    /**
     * The density that the budget allows, the same weighted by size after the shrink, how the importance of triplets is spread
     * until then, and R without its weight.
     */
    @Override
    public Map<String, Double> report() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("density", (double) budget / triplets);
        if (kept == null) {
            numbers.putAll(ScoreSpread.of(importance()).named("importance"));
        } else {
            numbers.put("parameter_density", Retained.of(modules).parameterDensity());
        }
        try (var _ = GradientMode.noGrad()) {
            numbers.put("orthogonality", orthogonality().data().item());
        }
        return numbers;
    }

    /** The importance of every triplet, modules one after the other; empty once the choice is final. */
    public double[] importance() {
        return kept == null ? scores() : new double[0];
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        Backend backend = identity.backend();
        state.put(STEPS_SEEN, Tensor.ofLongs(backend, Shape.of(), stepsSeen));
        state.put(BUDGET, Tensor.ofLongs(backend, Shape.of(), budget));
        boolean[] mask = kept;
        if (mask != null) {
            state.put(KEPT, SavedState.ofFlags(backend, mask));
        } else {
            importance.forEach(module -> module.state().forEach((name, tensor) -> state.put(SCORES + name, tensor)));
        }
        return state;
    }

    /** Brings the shapes of P, Q and lambda to where they were; their content comes with the parameters. */
    @Override
    public void restore(Map<String, Tensor> state) {
        SavedState saved = new SavedState("adalora", state);
        stepsSeen = saved.number(STEPS_SEEN);
        budget = Math.toIntExact(saved.number(BUDGET));
        if (saved.has(KEPT)) {
            shrinkTo(saved.flags(KEPT, triplets));
        } else {
            importance.forEach(module -> module.state().forEach((name, tensor) -> saved.copyTo(SCORES + name, tensor)));
        }
    }

    @Override
    public void finish() {
        if (stepsSeen == 0) {
            throw new IllegalStateException("adalora saw no step: give the controller to the Trainer");
        }
        if (kept == null) {
            throw new IllegalStateException(
                    "adalora: the run ended after " + stepsSeen + " steps, before the ranks were decided");
        }
    }
}
