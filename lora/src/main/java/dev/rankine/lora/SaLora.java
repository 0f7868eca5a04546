package dev.rankine.lora;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.OrthogonalityPenalty;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.train.Clock;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup;
import dev.rankine.transformer.train.ParameterGroup.Rate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SaLoRA (Hu et al., "Structure-aware Low-Rank Adaptation for Parameter-Efficient Fine-Tuning", 2023): every triplet of
 * every {@link Lora} has a {@link HardConcrete} gate, and what the gates leave open is held to a density b. With Theta =
 * (la_ij) the locations of the gates, d_i + k_i the size of a triplet of module i and r_i its rank,
 *
 * <pre>{@code
 * R(W, Theta) = task loss + beta sum_i R_orth(B_i, A_i)     R_orth = ||B^T B - I||_F^2 + ||A A^T - I||_F^2
 * C(Theta)    = sum_i (d_i + k_i) sum_j P(g_ij > 0) / sum_i (d_i + k_i) r_i
 * min over W, Theta   max over lam >= 0   of   R + lam (C - b)^2
 * }</pre>
 *
 * <p>Three phases, as fractions of all steps: up to T_start plain LoRA (g = 1); from T_start up to T_end one draw of the
 * gates per step, shared by all examples, while Theta descends, lam ascends and W is trained; from T_end on gates and
 * multiplier are frozen. There the paper leaves the choice open, and this happens: exactly round(b x triplets) triplets
 * with the highest locations are kept at their {@link DeterministicGate#MEDIAN} gate, which is folded into B, and all
 * others are deleted for good, so that the rest of the training is plain LoRA at the kept ranks. {@link GateSelection}
 * has the other choice of triplets, {@link DeterministicGate} the other values of a kept gate (until the cut evaluations
 * see the median), {@link MultiplierRule} other ways to hold the density.
 *
 * <p>Other choices where the paper is silent or at odds with itself: la ~ N(0, .01^2), which starts at its density of
 * .92; Adam for Theta and lam, as printed gradient steps would hardly move them; the regulariser acts in all phases.
 */
public final class SaLora implements Controller {
    private static final String PREFIX = "salora.";
    private static final String LOCATIONS = PREFIX + "locations";
    private static final String STEPS_SEEN = PREFIX + "steps_seen";
    private static final String KEPT = PREFIX + "kept";

    private final SaLoraMethod settings;
    private final HardConcrete law;
    private final List<Lora> modules;
    private final double weightDecay;
    private final GateVector gates;
    private final Variable la;
    private final Multiplier multiplier;
    private final Tensor share;
    private final Tensor identity;
    private final int target;
    private boolean gated;
    private boolean @Nullable [] kept;
    private long stepsSeen;

    SaLora(SaLoraMethod settings, List<Lora> modules, Method.Run run) {
        this.settings = settings;
        this.law = settings.law();
        this.modules = modules;
        this.weightDecay = run.weightDecay();
        this.gates = new GateVector(modules);
        int triplets = gates.size();
        this.target = LowRankSettings.requireSome("salora", settings.density(), triplets);
        Tensor like = modules.getFirst().a().data();
        Backend backend = like.backend();
        DType dtype = like.dtype();
        double[] locations = new double[triplets];
        double[] sizes = new double[triplets];
        double total = 0;
        int n = 0;
        for (Lora module : modules) {
            long stream = Pass.stream(module.path() + ".gate");
            for (int j = 0; j < module.rank(); j++, n++) {
                locations[n] = settings.spread() * Philox.normal(run.seed(), stream, 0, 0, j);
                sizes[n] = module.site().inputs() + module.site().outputs();
                total += sizes[n];
            }
        }
        for (int i = 0; i < triplets; i++) {
            sizes[i] /= total;
        }
        la = Variable.parameter(Tensor.of(backend, dtype, Shape.of(triplets), locations));
        multiplier = settings.multiplier().start(settings, Tensor.scalar(backend, dtype, 0));
        share = Tensor.of(backend, dtype, Shape.of(triplets), sizes);
        identity = Orthogonality.identity(backend, dtype, settings.rank());
    }

    @Override
    public List<ParameterGroup> parameterGroups() {
        Rate rate = new Rate.Constant(settings.gateRate());
        Rate ascent = new Rate.Constant(settings.multiplier().rate(settings));
        Map<String, Variable> ascending = new LinkedHashMap<>();
        multipliers().forEach((name, lam) -> ascending.put(PREFIX + name, lam));
        return List.of(
                PlainController.adapterGroup(modules, weightDecay),
                new ParameterGroup("gates", Map.of(LOCATIONS, la), rate, 0, false, false),
                new ParameterGroup("multiplier", ascending, ascent, 0, false, true));
    }

    // ---- a step ----

    /** In the phase of the gates draws them: no random number is used outside it. Refuses a run too short for a phase. */
    @Override
    public void beforeStep(Clock clock) {
        if (stepsSeen == 0) {
            settings.review(clock.steps());
        }
        stepsSeen++;
        boolean inPhase = isGated(clock);
        if (inPhase) {
            long first = clock.stepAt(settings.start());
            multiplier.beforeUpdate(clock.step() - first, clock.stepAt(settings.end()) - first);
            try (var _ = GradientMode.noGrad()) {
                gates.train(law.sample(la.data(), uniform(clock)));
                if (!gated) {
                    gates.infer(law.median(la.data()));
                    gates.on();
                }
            }
        }
        gated = inPhase;
    }

    private boolean isGated(Clock clock) {
        return clock.stepAt(settings.start()) <= clock.step() && clock.step() < clock.stepAt(settings.end());
    }

    /** dL/dg is of the whole batch only when all workers' is in it. */
    @Override
    public Map<String, Variable> leaves() {
        return gated ? gates.leaves() : Map.of();
    }

    /** u[N] of this step: asking again gives the same numbers. */
    private Tensor uniform(Clock clock) {
        Tensor u = la.data().result("gates", Shape.of(1, gates.size()));
        u.backend().uniform(clock.draw().stream(Pass.stream(LOCATIONS)), u);
        return u.reshape(la.shape());
    }

    /** beta sum_i R_orth(B_i, A_i). */
    @Override
    public @Nullable Variable regularizer(Clock clock) {
        return settings.beta() == 0 ? null : Affine.scale(orthogonality(), settings.beta());
    }

    private Variable orthogonality() {
        List<Variable> a = modules.stream().map(Lora::a).toList();
        List<Variable> b = modules.stream().map(Lora::b).toList();
        return OrthogonalityPenalty.penalty(a, b, identity);
    }

    /**
     * Gives locations and multipliers their gradients: the task's, along the path from dL/dg through the drawn gates, and
     * that of the constraint: dla_ij = dL/dC share_ij p_ij (1 - p_ij).
     */
    @Override
    public void afterBackward(Clock clock) {
        if (!gated) {
            return;
        }
        la.backward(law.sampleBackward(la.data(), uniform(clock), gates.gradient()));
        Tensor p = law.open(la.data());
        Tensor force = multiplier.backward(expectedDensity(p));
        if (force != null) {
            la.backward(p.zip(Binary.SIGMOID_BACKWARD, share).times(force));
        }
    }

    /** C(Theta) from p = P(g > 0): one element. */
    private Tensor expectedDensity(Tensor p) {
        return p.times(share).reduce(Reduction.SUM, 0).reshape(Shape.of());
    }

    /** Brings the multipliers back to where they may be and the gates of evaluations to the new locations. */
    @Override
    public void afterStep(Clock clock) {
        if (gated) {
            multiplier.project();
            gates.infer(law.median(la.data()));
        }
    }

    // ---- the cut at T_end ----

    @Override
    public List<Replacement> shrink(Clock clock) {
        if (kept != null || clock.step() + 1 < clock.stepAt(settings.end())) {
            return List.of();
        }
        gated = false;
        double[] locations = la.data().toDoubles();
        boolean[] mask = settings.selection().of(law, locations, target);
        return shrinkTo(mask, settings.keptGate().ofKept(law, locations));
    }

    private List<Replacement> shrinkTo(boolean[] mask, double[] factors) {
        List<Replacement> replacements = new ArrayList<>();
        int from = 0;
        for (Lora module : modules) {
            int to = from + module.rank();
            Triplets triplets = Triplets.where(Arrays.copyOfRange(mask, from, to));
            replacements.addAll(module.shrink(triplets, Arrays.copyOfRange(factors, from, to)));
            from = to;
        }
        kept = mask;
        return replacements;
    }

    // ---- what can be read ----

    /**
     * The density: expected before the cut, over triplets and (the constraint's C) weighted by their size, and as it is
     * afterwards; the multipliers; how the probabilities P(g > 0) are spread until the cut; and R_orth as a mean over modules.
     */
    @Override
    public Map<String, Double> report() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        if (kept == null) {
            try (var _ = GradientMode.noGrad()) {
                Tensor p = law.open(la.data());
                double[] open = p.toDoubles();
                numbers.put("density", Arrays.stream(open).average().orElse(0));
                numbers.put("parameter_density", expectedDensity(p).item());
                numbers.putAll(ScoreSpread.of(open).named("gate_open"));
            }
        } else {
            Retained retained = Retained.of(modules);
            numbers.put("density", retained.density());
            numbers.put("parameter_density", retained.parameterDensity());
        }
        multipliers().forEach((name, lam) -> numbers.put(name, lam.data().item()));
        try (var _ = GradientMode.noGrad()) {
            numbers.put("orthogonality", orthogonality().data().item() / modules.size());
        }
        return numbers;
    }

    /** la [N], the locations of all gates, modules one after the other. */
    public Variable locations() {
        return la;
    }

    /** The multipliers, one element each, by their name in the log; none where there is no constraint. */
    public Map<String, Variable> multipliers() {
        return multiplier.parameters();
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        Backend backend = la.data().backend();
        state.put(STEPS_SEEN, Tensor.ofLongs(backend, Shape.of(), stepsSeen));
        boolean[] mask = kept;
        if (mask != null) {
            state.put(KEPT, SavedState.ofFlags(backend, mask));
        }
        return state;
    }

    /** Brings the shapes of A and B to where they were; their content, la and the multipliers come with the parameters. */
    @Override
    public void restore(Map<String, Tensor> state) {
        SavedState saved = new SavedState("salora", state);
        stepsSeen = saved.number(STEPS_SEEN);
        if (saved.has(KEPT)) {
            double[] folded = new double[gates.size()];
            Arrays.fill(folded, 1);
            shrinkTo(saved.flags(KEPT, gates.size()), folded);
        }
    }

    @Override
    public void finish() {
        if (stepsSeen == 0) {
            throw new IllegalStateException("salora saw no step: give the controller to the Trainer");
        }
        if (kept == null) {
            throw new IllegalStateException(
                    "salora: the run ended after " + stepsSeen + " steps, before the ranks were decided");
        }
    }
}
