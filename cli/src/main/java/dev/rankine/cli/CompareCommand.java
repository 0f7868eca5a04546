package dev.rankine.cli;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.report.Comparison;
import dev.rankine.lora.report.ComparisonJson;
import dev.rankine.lora.report.ComparisonReport;
import dev.rankine.lora.report.PairedBootstrap;
import dev.rankine.lora.task.FineTuning;
import dev.rankine.lora.task.Task;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs methods with several seeds on the same data and tells them apart. Everything is checked before the first step; every
 * run is an ordinary run folder below {@code --out}, made by {@code finetune} in a process of its own.
 */
@Command(
        name = "compare",
        description = "Runs several methods with several seeds on the same data and budget, and leaves a table,"
                + " compare.json and report.html. Where methods are cut to a budget, LoRA of the final rank and LoRA"
                + " cut afterwards (the yardstick) join them.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class CompareCommand implements Runnable {
    @Mixin
    private TaskOptions taskOptions;

    @Option(
            names = "--methods",
            paramLabel = "NAME",
            split = ",",
            required = true,
            description = "What to compare, separated by commas; of: ${COMPLETION-CANDIDATES}.",
            completionCandidates = MethodOptions.Names.class)
    private List<String> methodNames;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            split = ",",
            required = true,
            description = "Seeds of the runs, separated by commas; five or more tell most.")
    private List<Long> seeds;

    @Option(
            names = "--sweep",
            paramLabel = "KEY=VALUE,...",
            converter = Sweep.Converter.class,
            description = "Compare at every value of a setting, such as rank=2,4,8,16 or density=0.25,0.5,0.75.")
    private @Nullable Sweep sweep;

    @Option(names = "--no-references", description = "Leave out LoRA of the final rank and the yardstick.")
    private boolean noReferences;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "The comparison's folder; must not exist. Runs are DIR/METHOD-SEED.")
    private Path out;

    @Option(
            names = "--resume",
            description = "Go on in an existing folder: finished runs stay, others go on from their checkpoints.")
    private boolean resume;

    @Mixin
    private MethodOptions methodOptions;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private BackendOptions backendOptions;

    @Spec
    private CommandSpec spec;

    private final Console console;

    CompareCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        List<Method> methods = methods();
        requireDistinct("--seeds", seeds);
        Variants variants = UsageException.whileChecking(
                () -> new Variants(methods, methodOptions.usual(), methodOptions.others(), sweep, !noReferences));
        variants.warnings().forEach(console::warn);
        taskOptions.check();
        requireFolder();
        String model = check(variants);
        ComparisonRuns runs = new ComparisonRuns(console, spec, out, seeds);
        runs.run(variants.all());
        Comparison comparison = Comparison.of(
                String.join(", ", methodNames) + " on " + model,
                seeds,
                sweep == null ? null : new Comparison.Sweep(sweep.setting(), sweep.numbers()),
                variants.all().stream().map(runs::candidate).toList(),
                new PairedBootstrap(PairedBootstrap.USUAL_RESAMPLES, 0));
        leave(comparison);
    }

    private List<Method> methods() {
        requireDistinct("--methods", methodNames);
        return UsageException.whileChecking(
                () -> methodNames.stream().map(Methods::named).toList());
    }

    private static <T> void requireDistinct(String option, List<T> values) {
        Set<T> seen = new HashSet<>();
        for (T value : values) {
            if (!seen.add(value)) {
                throw new UsageException(option + ": " + value + " is there twice");
            }
        }
    }

    private void requireFolder() {
        if (!Files.exists(out)) {
            return;
        }
        if (!Files.isDirectory(out)) {
            throw new UsageException("--out " + out + " is a file: choose another folder for the comparison");
        }
        if (!resume) {
            throw new UsageException("--out " + out
                    + " exists: choose another folder, or pass --resume to continue the comparison in it");
        }
        if (!ComparisonPlan.isIn(out)) {
            throw new UsageException("--out " + out + " holds no comparison to continue: choose another folder");
        }
    }

    /** Tries everything that could go wrong before the first step, and returns the model's name. */
    private String check(Variants variants) {
        double weightDecay = training.weightDecay();
        TaskSetup setup = taskOptions.setup();
        try (Backend backend = backendOptions.open(console)) {
            LoadedTask<?> loaded = setup.load(backend, console, seeds.getFirst());
            Task task = loaded.task();
            int examples = loaded.train().size();
            loaded.dev();
            TrainerSettings settings = training.settings(examples, seeds.getFirst());
            warn(variants, settings.plan(examples).steps());
            ComparisonPlan plan = plan(settings, weightDecay, task, setup);
            plan.requireAgreement(out);
            for (Variant variant : variants.all()) {
                FineTuning tuning = checking(variant, () -> {
                    FineTuning begun = new FineTuning(task, variant.method(), settings, weightDecay);
                    taskOptions.start(begun, backend, console);
                    return begun.keep(training.keep(task, setup.metric()));
                });
                tuning.adapted().detach();
                for (long seed : seeds) {
                    RunFolder folder = RunFolder.at(out.resolve(variant.folder(seed)), true);
                    ComparisonPlan.requireAgreement(folder, withSeed(tuning.description(), seed));
                }
            }
            plan.write(out);
            Path name = Path.of(task.name()).getFileName();
            return name == null ? task.name() : name.toString();
        }
    }

    private void warn(Variants variants, long steps) {
        Set<String> doubts = new LinkedHashSet<>();
        for (Variant variant : variants.all()) {
            doubts.addAll(checking(variant, () -> variant.method().review(steps)));
        }
        doubts.forEach(console::warn);
    }

    private static <T> T checking(Variant variant, java.util.function.Supplier<T> check) {
        try {
            return UsageException.whileChecking(check);
        } catch (UsageException refused) {
            throw new UsageException(variant.label() + ": " + refused.getMessage());
        }
    }

    private ComparisonPlan plan(TrainerSettings settings, double weightDecay, Task task, TaskSetup setup) {
        Map<String, String> common = new LinkedHashMap<>(settings.describe());
        common.remove("seed");
        common.put("weight_decay", Double.toString(weightDecay));
        common.put("recipe", taskOptions.recipe());
        common.put("task", task.kind());
        common.put("model", task.name());
        common.put("train", ComparisonPlan.fingerprint(setup.trainRows()));
        common.put("dev", ComparisonPlan.fingerprint(setup.devRows()));
        common.put("max_length", taskOptions.measured().lengthLimit());
        common.put("init_adapter", taskOptions.start());
        common.put("backend", task.backend().name());
        common.put("threads", Integer.toString(task.backend().threads()));
        return new ComparisonPlan(common);
    }

    private static RunSummary.Run withSeed(RunSummary.Run run, long seed) {
        Map<String, String> settings = new LinkedHashMap<>(run.settings());
        settings.put("seed", Long.toString(seed));
        return new RunSummary.Run(run.method(), run.task(), run.model(), seed, run.backend(), run.threads(), settings);
    }

    private void leave(Comparison comparison) {
        Path json = out.resolve("compare.json");
        Path report = out.resolve("report.html");
        try {
            ComparisonJson.write(json, comparison);
            ComparisonReport.write(report, comparison);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        new ComparisonTable(console).print(comparison);
        console.out().println("numbers  " + json);
        console.out().println("report   " + report);
    }
}
