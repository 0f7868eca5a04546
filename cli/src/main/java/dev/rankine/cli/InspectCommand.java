package dev.rankine.cli;

import dev.rankine.lora.inspect.AdapterContents;
import dev.rankine.lora.inspect.Bytes;
import dev.rankine.lora.inspect.LowRankModule;
import dev.rankine.lora.inspect.MachineMemory;
import dev.rankine.lora.inspect.MemoryEstimate;
import dev.rankine.lora.inspect.ModelContents;
import dev.rankine.lora.inspect.ModelForm;
import dev.rankine.lora.inspect.StoredTensor;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what lies in a model's or an adapter's folder. */
@Command(
        name = "inspect",
        description =
                "Shows what lies in the folder of a model or of an adapter: modules, shapes, ranks, singular values,"
                        + " sizes.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class InspectCommand implements Runnable {
    private static final int SHOWN = 5;

    @Option(names = "--model", paramLabel = "DIR", description = "Hugging Face folder of a model.")
    private @Nullable Path model;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Folder of an adapter: PEFT's, this program's, or loralib's.")
    private @Nullable Path adapter;

    @Option(
            names = "--singular-values",
            paramLabel = "N",
            description = "Of a model: compute the N largest of every matrix; takes its time (default: 0).")
    private int values;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Of a model: also estimate the memory of fine-tuning with N examples at once.")
    private int batch;

    @Option(names = "--seq", paramLabel = "N", description = "Symbols of each example of that estimate (default: 128).")
    private int symbols = 128;

    @Option(
            names = "--rank",
            paramLabel = "N",
            description = "Of the low-rank adapters of that estimate, on every matrix (default: 8).")
    private int rank = 8;

    @Option(names = "--json", paramLabel = "FILE", description = "Write everything to this file too.")
    private @Nullable Path json;

    private final Console console;

    InspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if ((model == null) == (adapter == null)) {
            throw new UsageException("give either --model DIR or --adapter DIR");
        }
        if (batch < 0 || symbols < 1 || rank < 1) {
            throw new UsageException("--batch must be at least 0, --seq and --rank at least 1, got " + batch + ", "
                    + symbols + " and " + rank);
        }
        if (batch > 0 && model == null) {
            throw new UsageException("--batch asks for the memory of a model's training: give --model DIR");
        }
        if (values < 0) {
            throw new UsageException("--singular-values must be at least 0, got " + values);
        }
        try (Backend backend = Backends.choose("reference", 1).backend()) {
            Object contents = model != null ? ofModel(model, backend) : ofAdapter(adapter, backend);
            if (json != null) {
                JsonFile.write(json, contents);
            }
        }
    }

    private AdapterContents ofAdapter(Path folder, Backend backend) {
        Inputs.requireFolder("--adapter", folder);
        AdapterContents contents = AdapterContents.read(folder, backend);
        console.out()
                .println(contents.method() + " in the layout of " + contents.format()
                        + (contents.baseModel().isEmpty() ? "" : ", for " + contents.baseModel()));
        if (contents.format().equals("loralib")) {
            console.warn("such files do not say their scale: the changes below are B A, to be multiplied by alpha / r");
        }
        console.out()
                .println(text(
                        "%,d modules of rank %,d in all, %,d numbers, %s",
                        contents.modules().size(),
                        contents.modules().stream()
                                .mapToInt(LowRankModule::rank)
                                .sum(),
                        contents.numbers(),
                        Bytes.text(contents.bytes())));
        if (!contents.modules().isEmpty()) {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("module", "weight", "rank", "|change|", "singular values"));
            contents.modules().forEach(module -> rows.add(row(module)));
            console.out().println();
            TextTable.print(console.out(), rows);
        }
        printTensors(contents.others(), Map.of());
        return contents;
    }

    private static List<String> row(LowRankModule module) {
        return List.of(
                module.path(),
                module.outputs() + " x " + module.inputs(),
                Integer.toString(module.rank()),
                text("%.4g", module.norm()),
                spectrum(module.singularValues()));
    }

    private static String spectrum(List<Double> values) {
        String shown =
                values.stream().limit(SHOWN).map(value -> text("%.3g", value)).collect(Collectors.joining(" "));
        return values.size() > SHOWN ? shown + " ..." : shown;
    }

    private ModelContents ofModel(Path folder, Backend backend) {
        Inputs.requireFolder("--model", folder);
        ModelContents contents = ModelContents.read(folder, backend, values);
        Map<String, Long> byType = new TreeMap<>(contents.tensors().stream()
                .collect(Collectors.groupingBy(StoredTensor::type, Collectors.summingLong(StoredTensor::numbers))));
        console.out().println(contents.architecture().isEmpty() ? "unknown architecture" : contents.architecture());
        console.out()
                .println(text(
                        "%,d tensors, %,d numbers (%s), %s in %,d file%s",
                        contents.tensors().size(),
                        contents.numbers(),
                        byType.entrySet().stream()
                                .map(type -> text("%s %,d", type.getKey(), type.getValue()))
                                .collect(Collectors.joining(", ")),
                        Bytes.text(contents.bytes()),
                        contents.files(),
                        contents.files() == 1 ? "" : "s"));
        if (batch > 0) {
            printMemory(MemoryEstimate.of(
                            ModelForm.read(folder),
                            contents.weightBytes(),
                            contents.adapterNumbers(rank),
                            batch,
                            symbols)
                    .storedWide(contents.wideBytes()));
        } else {
            printTensors(contents.tensors(), contents.spectra());
        }
        return contents;
    }

    private void printMemory(MemoryEstimate estimate) {
        MachineMemory machine = MachineMemory.here();
        console.out().println();
        TextTable.print(
                console.out(),
                List.of(
                        List.of("fine-tuning " + batch + " x " + symbols + " symbols, rank " + rank, "about"),
                        List.of("weights", Bytes.text(estimate.weights())),
                        List.of("weights kept packed, at most", Bytes.text(estimate.packed(machine))),
                        List.of("adapters with gradients and AdamW's moments", Bytes.text(estimate.trained())),
                        List.of("activations", Bytes.text(estimate.activations())),
                        List.of("the program itself", Bytes.text(MemoryEstimate.PROGRAM)),
                        List.of("all", Bytes.text(estimate.total() + estimate.packed(machine)))));
        console.out().println();
        console.out()
                .println((estimate.fits(machine) ? "fits: there are " : "does not fit: there are ")
                        + machine.describe());
        console.out()
                .println("examples of " + symbols + " symbols that fit at once: " + estimate.largestBatch(machine));
    }

    private void printTensors(List<StoredTensor> tensors, Map<String, List<Double>> spectra) {
        if (tensors.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("tensor", "shape", "type", "numbers", spectra.isEmpty() ? "" : "singular values"));
        for (StoredTensor tensor : tensors) {
            rows.add(List.of(
                    tensor.name(),
                    tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(" x ")),
                    tensor.type(),
                    text("%,d", tensor.numbers()),
                    spectrum(spectra.getOrDefault(tensor.name(), List.of()))));
        }
        console.out().println();
        TextTable.print(console.out(), rows);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
