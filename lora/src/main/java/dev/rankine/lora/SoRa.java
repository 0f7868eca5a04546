package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Absolute;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.Sum;
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
 * SoRA (Ding et al., "Sparse Low-rank Adaptation of Pre-trained Language Models", 2023): every triplet of every {@link Lora}
 * has a real gate that is trained, and made exactly 0 where it is small. A step with rate eta on the gates g of a module:
 *
 * <pre>{@code
 * v = AdamW(g, dL/dg)      without weight decay
 * g = T_xi(v)              xi = eta lambda,  T_xi(v) = sign(v) max(|v| - xi, 0)
 * }</pre>
 *
 * T_xi is the proximal operator of xi |.|_1: the gates minimise the task's loss plus lambda |g|_1. A gate at 0 has a gradient
 * and can come back; until then A_j: and B_:j get none. At the start g ~ N(0, 1), as in the authors' code, and B = 0.
 *
 * <p>At the end of the phase the triplets whose gate is 0 are deleted, or, where a density is asked for, exactly round(density
 * x triplets) with the largest |g| are kept; the gates of those that stay are folded into B, and what is left of the training
 * is plain LoRA.
 *
 * <p>Paper and released code differ: the paper takes a plain gradient step where the code takes AdamW's, which we follow; the
 * code's threshold is another one ({@link GateThreshold#SORA_CODE_COMPAT}) and its loss also holds the mean of |g|
 * ({@link SoRaMethod#l1}). The paper has no budget; a density is our addition.
 */
public final class SoRa implements Controller {
    private static final String STEPS_SEEN = "sora.steps_seen";
    private static final String KEPT = "sora.kept";

    private final SoRaMethod settings;
    private final List<Lora> modules;
    private final double weightDecay;
    private final boolean cuts;
    /** g [N] of all modules, one after the other. */
    private final Tensor joint;
    /** The modules' parts of it. */
    private final List<Variable> gates;

    private boolean @Nullable [] kept;
    private long stepsSeen;

    SoRa(SoRaMethod settings, List<Lora> modules, Method.Run run) {
        int triplets = modules.stream().mapToInt(Lora::rank).sum();
        if (settings.density() > 0) {
            LowRankSettings.requireSome("sora", settings.density(), triplets);
        }
        this.settings = settings;
        this.modules = modules;
        this.weightDecay = run.weightDecay();
        this.cuts = true;
        Tensor like = modules.getFirst().a().data();
        this.joint = Tensor.zeros(like.backend(), like.dtype(), Shape.of(triplets));
        this.gates = new ArrayList<>();
        int from = 0;
        for (Lora module : modules) {
            Tensor part = joint.slice(0, from, from + module.rank());
            long stream = Pass.stream(module.path() + ".gate");
            double[] normal = new double[module.rank()];
            Arrays.setAll(normal, j -> Philox.normal(run.seed(), stream, 0, 0, j));
            part.write(normal);
            Variable gate = Variable.parameter(part);
            gates.add(gate);
            module.gate(new Lora.Gate(gate, gate));
            from += module.rank();
        }
    }

    private SoRa(SoRaMethod settings, SoRa before) {
        this.settings = settings;
        this.modules = before.modules;
        this.weightDecay = before.weightDecay;
        this.cuts = false;
        this.joint = before.joint;
        this.gates = before.gates;
    }

    /**
     * A controller that goes on with the same adapters and gates under another lambda and deletes nothing: for the stages of
     * {@link SparsifyingScheduler}.
     *
     * @throws IllegalStateException if triplets were deleted already
     */
    public SoRa stage(double lambda) {
        if (kept != null) {
            throw new IllegalStateException("sora: triplets were deleted already, so no further stage is possible");
        }
        return new SoRa(settings.strength(lambda), this);
    }

    @Override
    public List<ParameterGroup> parameterGroups() {
        Map<String, Variable> named = new LinkedHashMap<>();
        for (int i = 0; i < modules.size(); i++) {
            named.put(modules.get(i).path() + ".gate", gates.get(i));
        }
        return List.of(
                PlainController.adapterGroup(modules, weightDecay),
                new ParameterGroup("gates", named, new Rate.Scheduled(settings.gateRate()), 0, true, false));
    }

    // ---- a step ----

    @Override
    public void beforeStep(Clock clock) {
        stepsSeen++;
    }

    /** l1 mean |g| over all gates of the model. */
    @Override
    public @Nullable Variable regularizer(Clock clock) {
        if (settings.l1() == 0 || kept != null) {
            return null;
        }
        Variable total = Sum.sum(Absolute.absolute(gates.getFirst()));
        for (Variable gate : gates.subList(1, gates.size())) {
            total = total.plus(Sum.sum(Absolute.absolute(gate)));
        }
        return Affine.scale(total, settings.l1() / joint.shape().dim(0));
    }

    @Override
    public void afterStep(Clock clock) {
        if (kept == null) {
            Tensor xi = settings.threshold().xi(clock.rate().affine(settings.gateRate(), 0), settings.lambda());
            joint.backend().copy(settings.threshold().apply(joint, xi), joint.forWriting("sora"));
        }
    }

    // ---- the cut ----

    @Override
    public List<Replacement> shrink(Clock clock) {
        if (!cuts || kept != null || clock.step() + 1 < clock.stepAt(settings.choice())) {
            return List.of();
        }
        double[] g = joint.toDoubles();
        return shrinkTo(chosen(g), g);
    }

    private boolean[] chosen(double[] g) {
        boolean[] open = new boolean[g.length];
        for (int j = 0; j < g.length; j++) {
            open[j] = g[j] != 0;
        }
        return settings.density() == 0
                ? open
                : TopTriplets.of(sizes(g), TopTriplets.count(settings.density(), g.length));
    }

    private static double[] sizes(double[] g) {
        return Arrays.stream(g).map(Math::abs).toArray();
    }

    private List<Replacement> shrinkTo(boolean[] mask, double[] factors) {
        List<Replacement> replacements = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < modules.size(); i++) {
            int to = from + modules.get(i).rank();
            Triplets triplets = Triplets.where(Arrays.copyOfRange(mask, from, to));
            replacements.addAll(modules.get(i).shrink(triplets, Arrays.copyOfRange(factors, from, to)));
            Variable old = gates.get(i);
            Variable left = Variable.parameter(triplets.elements(old.data()));
            gates.set(i, left);
            replacements.add(new Replacement(old, left, triplets::elements));
            from = to;
        }
        kept = mask;
        return replacements;
    }

    // ---- what can be read ----

    /**
     * The share of gates that are not 0, or of triplets after the cut, the same weighted by size, and until the cut how the
     * sizes |g| are spread.
     */
    @Override
    public Map<String, Double> report() {
        Retained retained = Retained.of(modules);
        double density = retained.density();
        double weighted = retained.parameterDensity();
        Map<String, Double> numbers = new LinkedHashMap<>();
        if (kept == null) {
            double[] g = joint.toDoubles();
            density = (double) Arrays.stream(g).filter(v -> v != 0).count() / g.length;
            weighted = weighted(g);
            numbers.putAll(ScoreSpread.of(sizes(g)).named("gate_size"));
        }
        numbers.put("density", density);
        numbers.put("parameter_density", weighted);
        return numbers;
    }

    private double weighted(double[] g) {
        double open = 0;
        double all = 0;
        int n = 0;
        for (Lora module : modules) {
            double size = module.site().inputs() + module.site().outputs();
            for (int j = 0; j < module.rank(); j++) {
                open += g[n++] != 0 ? size : 0;
                all += size;
            }
        }
        return open / all;
    }

    /** The gates of all triplets, modules one after the other, as they are or were before the cut. */
    public double[] gates() {
        return joint.toDoubles();
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put(STEPS_SEEN, Tensor.ofLongs(joint.backend(), Shape.of(), stepsSeen));
        boolean[] mask = kept;
        if (mask != null) {
            state.put(KEPT, SavedState.ofFlags(joint.backend(), mask));
        }
        return state;
    }

    /** Brings the shapes of A, B and g to where they were; their content comes with the parameters. */
    @Override
    public void restore(Map<String, Tensor> state) {
        SavedState saved = new SavedState("sora", state);
        stepsSeen = saved.number(STEPS_SEEN);
        if (saved.has(KEPT)) {
            double[] ones = new double[joint.shape().dim(0)];
            Arrays.fill(ones, 1);
            shrinkTo(saved.flags(KEPT, ones.length), ones);
        }
    }

    @Override
    public void finish() {
        if (stepsSeen == 0) {
            throw new IllegalStateException("sora saw no step: give the controller to the Trainer");
        }
        if (cuts && kept == null) {
            throw new IllegalStateException(
                    "sora: the run ended after " + stepsSeen + " steps, before the ranks were decided");
        }
    }
}
