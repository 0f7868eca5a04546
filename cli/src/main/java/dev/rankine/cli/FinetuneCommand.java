package dev.rankine.cli;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.inspect.MachineMemory;
import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.FineTuning;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunFolderException;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.StoppedException;
import dev.rankine.transformer.train.TrainerSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Adapts a pretrained model to a data file. Everything is checked before the run folder is created. */
@Command(
        name = "finetune",
        description = "Adapts a pretrained model to a data file and leaves a run folder: the adapter in PEFT's format,"
                + " summary.json, metrics.jsonl, predictions.tsv and report.html.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class FinetuneCommand implements Callable<Integer> {
    @Mixin
    private TaskOptions taskOptions;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            required = true,
            description = "How to adapt; one of: ${COMPLETION-CANDIDATES}.",
            completionCandidates = MethodOptions.Names.class)
    private String methodName;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The run folder; must not exist.")
    private Path out;

    @Option(names = "--recipes", help = true, description = "List the recipes with what they stand for, and end.")
    private boolean listRecipes;

    @Option(names = "--resume", description = "Go on in an existing run folder, from its checkpoint if it has one.")
    private boolean resume;

    @Option(names = "--seed", paramLabel = "N", description = "Of the order of examples and all chance (default: 0).")
    private long seed;

    @Mixin
    private MethodOptions methodOptions;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private BackendOptions backendOptions;

    private final Console console;

    FinetuneCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (listRecipes) {
            Recipes.read().print(console.out());
            return Main.DONE;
        }
        Method method = UsageException.whileChecking(() -> methodOptions.configure(Methods.named(methodName), console));
        double weightDecay = training.weightDecay();
        taskOptions.check();
        RunFolder folder = folder();
        if (folder.state() == RunFolder.State.FINISHED) {
            console.say(out + " holds a finished run: nothing to do");
            return Main.DONE;
        }
        TaskSetup setup = taskOptions.setup();
        try (Backend backend = backendOptions.open(console)) {
            LoadedTask<?> loaded = setup.load(backend, console, seed);
            Examples trainData = loaded.train();
            Examples devData = loaded.dev();
            TrainerSettings settings = training.settings(trainData.size(), seed);
            long steps = settings.plan(trainData.size()).steps();
            UsageException.whileChecking(() -> method.review(steps)).forEach(console::warn);
            FineTuning tuning =
                    UsageException.whileChecking(() -> new FineTuning(loaded.task(), method, settings, weightDecay));
            taskOptions.start(tuning, backend, console);
            UsageException.whileChecking(() -> {
                tuning.keep(training.keep(loaded.task(), setup.metric()));
                tuning.memory(trainData).require(MachineMemory.here());
                return null;
            });
            int ended = train(tuning, trainData, devData, folder);
            if (backend.isDevice()) {
                console.say(CompilationProgress.line(backend.compilation()));
            }
            return ended;
        }
    }

    private int train(FineTuning tuning, Examples trainData, Examples devData, RunFolder folder) {
        try (StopSignals signals = StopSignals.listen(console)) {
            try (Progress progress = new Progress(console, methodName)) {
                tuning.listen(progress).warn(console::warn).stopWhen(signals::received);
                RunSummary summary = tuning.run(trainData, devData, folder);
                new Results(console).print(summary, folder);
                return Main.DONE;
            } catch (StoppedException stopped) {
                console.say(String.valueOf(stopped.getMessage()));
                return signals.exitCode();
            }
        }
    }

    private RunFolder folder() {
        try {
            return RunFolder.at(out, resume);
        } catch (RunFolderException unusable) {
            throw new UsageException("--out " + unusable.getMessage());
        }
    }
}
