package dev.rankine.cli;

import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.lora.task.FineTuning;
import dev.rankine.tensor.Backend;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model learns what from which data. */
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class TaskOptions {
    @Mixin
    private DevOptions measured;

    @Option(
            names = Recipes.OPTION,
            paramLabel = "NAME",
            description = "The settings of a paper for a task, such as salora/mrpc; options that are given win."
                    + " 'rankine finetune --recipes' lists them.")
    private @Nullable String recipe;

    @Option(
            names = "--train",
            paramLabel = "FILE",
            required = true,
            description = "Training data, of the same form as the data to measure with.")
    private Path train;

    @Option(
            names = "--init-adapter",
            paramLabel = "DIR",
            description = "Begin from a trained adapter in PEFT's format; its head is taken over if it fits the task.")
    private @Nullable Path initAdapter;

    @Option(names = "--limit-train", paramLabel = "N", description = "Use the first N training examples only.")
    private int limitTrain = Integer.MAX_VALUE;

    /** Refuses tasks and files that are not there. */
    void check() {
        measured.check();
        Inputs.requireFile("--train", train);
        if (initAdapter != null) {
            Inputs.requireFolder("--init-adapter", initAdapter);
        }
    }

    /** The recipe that the call was completed by, for the record. */
    String recipe() {
        return recipe == null ? "none" : recipe;
    }

    DevOptions measured() {
        return measured;
    }

    /** What a run begins from instead of the method's own start. */
    String start() {
        return initAdapter == null ? "none" : initAdapter.toString();
    }

    /** Lets a run begin from the adapter that was given, if one was. */
    void start(FineTuning tuning, Backend backend, Console console) {
        if (initAdapter == null) {
            return;
        }
        FineTuning.Start start = tuning.startFrom(PeftFolder.load(initAdapter, backend));
        if (start.taken() < start.modules()) {
            console.say("--init-adapter " + initAdapter + ": " + start.taken() + " of " + start.modules()
                    + " modules begin from it, the others as usual");
        }
        if (!tuning.task().head().isEmpty()) {
            console.say("--init-adapter " + initAdapter + ": its head "
                    + (start.head() ? "is taken over" : "is for other labels: a new one begins at random"));
        }
    }

    /** Reads the data to learn from and to measure with. */
    TaskSetup setup() {
        return measured.setup(new DataSource(train, "--limit-train", limitTrain), null);
    }
}
