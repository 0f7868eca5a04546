package dev.rankine.lora;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.lora.AdaptiveWindows.Window;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
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
 * SalientLoRA (Ke et al., "Unveiling LoRA Intrinsic Ranks via Salience Analysis", NeurIPS 2024): triplets of the form
 * {@link SvdLora} are watched over windows of {@link AdaptiveWindows}, and at the end of each the ones of least
 * {@link Salience} are deleted for good, so that the training costs less from window to window.
 *
 * <pre>{@code
 * L = task loss + gamma_orth R(P, Q)        R: the mean of norms, see Orthogonality
 * e_t = all lambda after step t             R_t = R at step t             both over one window
 * }</pre>
 *
 * <p>Where this is not the released code, which never reaches its target and leaves two of its settings unused: the schedule
 * is repaired; influence is weighed on the scale of the magnitude; correlation, slope and the share lambda, for which the
 * code has fixed numbers or nothing, are settings; windows below 3 steps, constant values and equal residuals are cared
 * for; and what the code masks for ever is deleted, and no longer takes part in R. For slopes gamma above 1, as in the
 * paper, no cycle ever needs to be broken.
 */
public final class SalientLora implements Controller {
    private static final String PREFIX = "salientlora.";
    private static final String STEPS_SEEN = PREFIX + "steps_seen";
    private static final String KEPT = PREFIX + "kept";
    private static final String DECIDED = PREFIX + "decided";
    private static final String SALIENCE = PREFIX + "salience";
    private static final String WINDOW_NANOS = PREFIX + "window_nanos";

    private final SalientLoraMethod settings;
    private final List<SvdLora> modules;
    private final double weightDecay;
    private final Tensor identity;
    private final boolean[] kept;
    private final int target;
    private @Nullable AdaptiveWindows schedule;
    private @Nullable TripletSeries series;
    private @Nullable ScoreSpread judged;
    private long stepsSeen;
    private boolean decided;
    private long windowNanos;

    SalientLora(SalientLoraMethod settings, List<SvdLora> modules, double weightDecay) {
        this.settings = settings;
        this.modules = modules;
        this.weightDecay = weightDecay;
        Tensor like = modules.getFirst().a().data();
        this.identity = Orthogonality.identity(like.backend(), like.dtype(), settings.rank());
        this.kept = new boolean[modules.stream().mapToInt(SvdLora::rank).sum()];
        Arrays.fill(kept, true);
        this.target = LowRankSettings.requireSome("salientlora", settings.density(), kept.length);
    }

    @Override
    public List<ParameterGroup> parameterGroups() {
        return List.of(PlainController.adapterGroup(modules, weightDecay));
    }

    private AdaptiveWindows schedule(Clock clock) {
        AdaptiveWindows known = schedule;
        if (known == null) {
            known = settings.schedule(kept.length, target, clock.steps());
            schedule = known;
        }
        return known;
    }

    // ---- a step ----

    /** Refuses a run whose steps the schedule does not fit. At the first step of a window opens its series. */
    @Override
    public void beforeStep(Clock clock) {
        AdaptiveWindows windows = schedule(clock);
        stepsSeen++;
        if (series == null && !decided && clock.step() >= windows.warmup()) {
            series = new TripletSeries(modules, windows.last());
        }
    }

    /** gamma_orth R(P, Q), of which a window takes note. */
    @Override
    public @Nullable Variable regularizer(Clock clock) {
        if (settings.orthWeight() == 0 && series == null) {
            return null;
        }
        Variable r = orthogonality();
        TripletSeries open = series;
        if (open != null) {
            open.residual(r);
        }
        return settings.orthWeight() == 0 ? null : Affine.scale(r, settings.orthWeight());
    }

    private Variable orthogonality() {
        return Orthogonality.MEAN_NORM.of(modules, identity);
    }

    @Override
    public void afterStep(Clock clock) {
        TripletSeries open = series;
        if (open != null) {
            open.append();
        }
    }

    /** At the end of a window: judges by what it saw and deletes the triplets beyond the budget. */
    @Override
    public List<Replacement> shrink(Clock clock) {
        AdaptiveWindows windows = schedule(clock);
        TripletSeries open = series;
        long made = clock.step() + 1;
        if (open == null || !ends(windows, made)) {
            return List.of();
        }
        long begin = System.nanoTime();
        List<Integer> ranks =
                modules.stream().map(SvdLora::rank).filter(rank -> rank > 0).toList();
        double[] salience = settings.salience().of(open.values(), open.residuals(), ranks);
        judged = ScoreSpread.of(salience);
        boolean[] chosen = TopTriplets.of(salience, windows.budget(made));
        List<Replacement> replacements = delete(chosen);
        decided = made == windows.end();
        series = null;
        windowNanos += System.nanoTime() - begin;
        return replacements;
    }

    private static boolean ends(AdaptiveWindows windows, long made) {
        return windows.windows().stream().map(Window::end).anyMatch(end -> end == made);
    }

    /** Deletes what is not chosen among the triplets that are left; nothing to delete replaces nothing. */
    private List<Replacement> delete(boolean[] chosen) {
        int left = 0;
        boolean fewer = false;
        for (int j = 0; j < kept.length; j++) {
            if (kept[j]) {
                kept[j] = chosen[left++];
                fewer |= !kept[j];
            }
        }
        return fewer ? SvdLora.shrink(modules, chosen) : List.of();
    }

    // ---- what can be read ----

    /**
     * The density, the same weighted by size, how the salience of triplets was spread when they were last judged, R without its
     * weight, and the seconds that were spent on judging so far.
     */
    @Override
    public Map<String, Double> report() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        Retained retained = Retained.of(modules);
        numbers.put("density", retained.density());
        numbers.put("parameter_density", retained.parameterDensity());
        ScoreSpread spread = judged;
        if (spread != null) {
            numbers.putAll(spread.named("salience"));
        }
        try (var _ = GradientMode.noGrad()) {
            numbers.put("orthogonality", orthogonality().data().item());
        }
        numbers.put("window_seconds", windowNanos / 1e9);
        return numbers;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        Backend backend = identity.backend();
        state.put(STEPS_SEEN, Tensor.ofLongs(backend, Shape.of(), stepsSeen));
        state.put(WINDOW_NANOS, Tensor.ofLongs(backend, Shape.of(), windowNanos));
        state.put(DECIDED, Tensor.ofLongs(backend, Shape.of(), decided ? 1 : 0));
        state.put(KEPT, SavedState.ofFlags(backend, kept));
        ScoreSpread spread = judged;
        if (spread != null) {
            state.put(
                    SALIENCE, Tensor.of(backend, DType.F64, Shape.of(3), spread.low(), spread.median(), spread.high()));
        }
        TripletSeries open = series;
        if (open != null) {
            open.state().forEach((name, tensor) -> state.put(PREFIX + name, tensor));
        }
        return state;
    }

    /** Brings the shapes of P, Q and lambda to where they were; their content comes with the parameters. */
    @Override
    public void restore(Map<String, Tensor> state) {
        SavedState saved = new SavedState("salientlora", state);
        stepsSeen = saved.number(STEPS_SEEN);
        windowNanos = saved.number(WINDOW_NANOS);
        decided = saved.number(DECIDED) != 0;
        if (saved.has(SALIENCE)) {
            double[] spread = saved.numbers(SALIENCE, 3);
            judged = new ScoreSpread(spread[0], spread[1], spread[2]);
        }
        boolean[] chosen = saved.flags(KEPT, kept.length);
        delete(chosen);
        series = saved.has(PREFIX + TripletSeries.TABLE) ? TripletSeries.restored(modules, saved, PREFIX) : null;
    }

    @Override
    public void finish() {
        if (stepsSeen == 0) {
            throw new IllegalStateException("salientlora saw no step: give the controller to the Trainer");
        }
        if (!decided) {
            throw new IllegalStateException(
                    "salientlora: the run ended after " + stepsSeen + " steps, before the ranks were decided");
        }
    }
}
