package dev.rankine.cli;

import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.lora.task.FineTuning;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.data.TextPair;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model learns what from which data. */
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class TaskOptions {
    @Mixin
    private DevOptions measured;

    @Option(
            names = "--train",
            paramLabel = "FILE",
            required = true,
            description = "Training data: source, tab, target in every line.")
    private Path train;

    @Option(
            names = "--init-adapter",
            paramLabel = "DIR",
            description = "Begin from a trained adapter in PEFT's format.")
    private @Nullable Path initAdapter;

    @Option(names = "--limit-train", paramLabel = "N", description = "Use the first N training pairs only.")
    private int limitTrain = Integer.MAX_VALUE;

    /** Refuses tasks and files that are not there. */
    void check() {
        measured.check();
        Inputs.requireFile("--train", train);
        if (initAdapter != null) {
            Inputs.requireFolder("--init-adapter", initAdapter);
        }
    }

    DevOptions measured() {
        return measured;
    }

    /** What a run begins from instead of the method's own start. */
    String start() {
        return initAdapter == null ? "none" : initAdapter.toString();
    }

    /** Lets a run begin from the adapter that was given, if one was. */
    void start(FineTuning tuning, Backend backend) {
        if (initAdapter != null) {
            tuning.startFrom(PeftFolder.load(initAdapter, backend).factors());
        }
    }

    List<TextPair> trainPairs() {
        return DevOptions.read(train, "--limit-train", limitTrain);
    }

    /** The training data as ids; warns of what is lost. */
    Seq2Seq.Encoded encodeTrain(Seq2Seq seq2seq, List<TextPair> pairs, Console console) {
        return measured.encode(seq2seq, train, pairs, console);
    }
}
