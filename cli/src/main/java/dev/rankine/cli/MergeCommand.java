package dev.rankine.cli;

import dev.rankine.lora.task.MergedModel;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Folds an adapter into the weights of its model. */
@Command(
        name = "merge",
        description = "Folds an adapter into the weights of its model and writes a plain model folder, with the"
                + " configuration and the tokenizer's files.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the required options
final class MergeCommand implements Runnable {
    @Option(names = "--model", paramLabel = "DIR", required = true, description = "Hugging Face folder of the model.")
    private Path model;

    @Option(names = "--adapter", paramLabel = "DIR", required = true, description = "The trained adapter.")
    private Path adapter;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The new folder; must not exist.")
    private Path out;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Store every weight as F32, F16 or BF16 (default: as the model has it).")
    private @Nullable String dtype;

    @Mixin
    private BackendOptions backendOptions;

    private final Console console;

    MergeCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        Inputs.requireFolder("--model", model);
        Inputs.requireFolder("--adapter", adapter);
        if (Files.exists(out)) {
            throw new UsageException("--out " + out + " exists already; choose another folder");
        }
        DType type = dtype == null ? null : type(dtype);
        try (Backend backend = backendOptions.open(console)) {
            MergedModel merged = MergedModel.write(model, adapter, out, type, backend);
            line("matrices", Integer.toString(merged.matrices()));
            if (merged.trainedWeights() > 0) {
                line("replaced", merged.trainedWeights() + " weights that were trained whole");
            }
            line(
                    "logits",
                    String.format(
                            Locale.ROOT,
                            "largest change by merging %.2g, by the adapter %.4g",
                            merged.logitChange(),
                            merged.adapterChange()));
            line("model", merged.folder().toString());
        }
    }

    private static DType type(String name) {
        DType type = UsageException.whileChecking(() -> DType.parse(name));
        if (type == DType.F64 || type == DType.I64) {
            throw new UsageException("--dtype " + name + ": weights are stored in F32, F16 or BF16");
        }
        return type;
    }

    private void line(String name, String value) {
        console.out().println(String.format(Locale.ROOT, "%-10s%s", name, value));
    }
}
