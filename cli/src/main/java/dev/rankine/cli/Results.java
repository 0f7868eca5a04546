package dev.rankine.cli;

import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainingResult;
import java.util.Locale;
import java.util.Map;

/** Tells in a few lines what a run reached and what it cost. */
final class Results {
    private final Console console;

    Results(Console console) {
        this.console = console;
    }

    void print(RunSummary summary, RunFolder folder) {
        TrainingResult training = summary.training();
        RetainedRanks ranks = summary.ranks();
        for (Map.Entry<String, Double> metric : training.after().entrySet()) {
            Double before = training.before().get(metric.getKey());
            line(
                    metric.getKey().replace('_', ' '),
                    before == null
                            ? text("%.4f", metric.getValue())
                            : text("%.4f, before %.4f", metric.getValue(), before));
        }
        if (summary.keptStep() < training.steps()) {
            line("kept", text("step %,d of %,d", summary.keptStep(), training.steps()));
        }
        line("parameters", text("%,d trained, %,d kept", ranks.trainableParameters(), ranks.retainedParameters()));
        if (!ranks.retainedRank().isEmpty()) {
            line(
                    "density",
                    text("%.4f of the triplets, %.4f of the parameters", ranks.density(), ranks.parameterDensity()));
        }
        line(
                "time",
                text(
                        "%.1f s for %,d steps, %.1f ms each",
                        training.trainSeconds(), training.steps(), training.msPerStep()));
        line("adapter", folder.adapter().toString());
        line("report", folder.report().toString());
    }

    private void line(String name, String value) {
        console.out().println(text("%-12s%s", name, value));
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
