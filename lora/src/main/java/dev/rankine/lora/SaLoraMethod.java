package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.ArrayList;
import java.util.List;

/** SaLoRA, see {@link SaLora}. The paper's settings are the defaults; where it is silent, what we chose stands. */
public record SaLoraMethod(
        @Setting("r at the start") int rank,

        @Setting("the paper's alpha, s = alpha / r for ever")
        double alpha,

        @Setting("the paper's b, the share of triplets to keep")
        double density,

        @Setting("the paper's beta, weight of the orthogonal regulariser; small is better, since a fully "
                + "effective one leaves the gates as the only singular values")
        double beta,

        @Setting("the paper's eta_c, Adam's rate for locations and multiplier")
        double gateRate,

        @Setting("the paper's T_start, where gates begin, as a fraction of all steps")
        double start,

        @Setting("the paper's T_end, where ranks are cut, as a fraction of all steps")
        double end,

        @Setting("temperature of the gates") double tau,
        @Setting("lower end of the gates' stretch") double gamma,
        @Setting("upper end of the gates' stretch") double zeta,

        @Setting("deviation of the gates' locations, around 0, at the start")
        double spread,

        @Setting("what holds the expected density at its target, in the paper the square")
        MultiplierRule multiplier,

        @Setting("rate of the multipliers; 0 for the rule's own: gate-rate, or 7e-4 of inequality")
        double dualRate,

        @Setting("FLOP's m, over which its target rises, as a fraction of the updates of the gates")
        double ramp,

        @Setting("which triplets are kept at T_end") GateSelection selection,

        @Setting("the value of a kept gate, which is folded into B")
        DeterministicGate keptGate,

        @Setting("dropout of the adapter's input") double dropout,
        @Setting("which matrices are adapted") Targets targets)
        implements Method {
    private static final double DEFAULT_RAMP = .5;

    public SaLoraMethod {
        LowRankSettings.check(rank, alpha, dropout);
        LowRankSettings.checkDensity(density);
        new HardConcrete(tau, gamma, zeta);
        if (!(beta >= 0 && gateRate > 0 && spread >= 0 && Double.isFinite(beta + gateRate + spread))) {
            throw new IllegalArgumentException(
                    "need beta >= 0, gate-rate > 0 and spread >= 0, got " + beta + ", " + gateRate + " and " + spread);
        }
        if (!(dualRate >= 0 && Double.isFinite(dualRate))) {
            throw new IllegalArgumentException("need dual-rate >= 0, 0 for the rule's own, got " + dualRate);
        }
        if (!(ramp >= 0 && ramp <= 1)) {
            throw new IllegalArgumentException("need ramp in [0, 1], a fraction of the gates' updates, got " + ramp);
        }
        if (!(start >= 0 && start < end && end <= 1)) {
            throw new IllegalArgumentException(
                    "the phases need 0 <= start < end <= 1, got start " + start + " and end " + end);
        }
    }

    public static SaLoraMethod paper() {
        return new SaLoraMethod(
                8,
                16,
                .5,
                .1,
                .01,
                .2,
                .5,
                1,
                -.1,
                1.1,
                .01,
                MultiplierRule.SQUARE,
                0,
                DEFAULT_RAMP,
                GateSelection.EXACT_TOP_K,
                DeterministicGate.MEDIAN,
                0,
                Targets.allLinear());
    }

    @Override
    public String name() {
        return "salora";
    }

    @Override
    public String title() {
        return "SaLoRA: ranks learned by hard-concrete gates under a density constraint (Hu et al. 2023)";
    }

    HardConcrete law() {
        return new HardConcrete(tau, gamma, zeta);
    }

    @Override
    public List<String> review(long steps) {
        Method.super.review(steps);
        long updates = Math.round(end * steps) - Math.round(start * steps);
        if (updates < 1) {
            throw new IllegalArgumentException("salora: no step of " + steps + " lies between start " + start
                    + " and end " + end + ": train longer or widen the phase");
        }
        List<String> doubts = new ArrayList<>();
        if (updates < multiplier.enoughUpdates()) {
            doubts.add("salora: the gates get " + updates + " updates; below " + multiplier.enoughUpdates()
                    + " the expected density lags behind its target, so the cut at the end is sudden");
        }
        if (multiplier == MultiplierRule.NONE) {
            doubts.add("salora: multiplier none leaves the expected density to the task");
        }
        if (selection == GateSelection.EXPECTED_DENSITY) {
            doubts.add("salora: selection expected-density keeps the gates that are open with a probability above 1/2,"
                    + " which need not be as many as density " + density + " asks for");
        }
        if (ramp != DEFAULT_RAMP && multiplier != MultiplierRule.FLOP) {
            doubts.add("salora: ramp " + ramp + " has no effect: multiplier flop alone uses it");
        }
        if (dualRate != 0 && multiplier == MultiplierRule.NONE) {
            doubts.add("salora: dual-rate " + dualRate + " has no effect: there is no multiplier");
        }
        return doubts;
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        List<Lora> adapters = targets.select(model.sites()).stream()
                .map(site -> Lora.start(site, rank, alpha / rank, dropout, run.seed()))
                .toList();
        return new AdaptedModel(this, adapters, new SaLora(this, adapters, run));
    }
}
