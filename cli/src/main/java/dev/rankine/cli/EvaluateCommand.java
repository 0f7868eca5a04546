package dev.rankine.cli;

import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.TaskFile;
import dev.rankine.tensor.Backend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures a model, bare or with each of some adapters, on a data file. */
@Command(
        name = "evaluate",
        description = "Measures a model, bare or with each of some adapters, on a data file.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the mixins
final class EvaluateCommand implements Runnable {
    @Mixin
    private DevOptions dev;

    @Mixin
    private AdapterOptions adapters;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the metrics to this file too.")
    private @Nullable Path json;

    @Mixin
    private BackendOptions backendOptions;

    private final Console console;

    EvaluateCommand(Console console) {
        this.console = console;
    }

    /** What {@code --json} writes. */
    private record Evaluation(String model, String task, String data, int examples, List<Result> results) {}

    private record Result(String adapter, Map<String, Double> metrics) {}

    @Override
    public void run() {
        dev.check();
        adapters.check();
        TaskSetup setup = dev.setup(known());
        Map<String, Map<String, Double>> metrics = new LinkedHashMap<>();
        int examples;
        try (Backend backend = backendOptions.open(console)) {
            LoadedTask<?> loaded = setup.load(backend, console, 0);
            Examples data = loaded.dev();
            examples = data.size();
            adapters.forEach(
                    loaded.task().model(),
                    backend,
                    adapter -> metrics.put(adapter, data.measure().evaluate()));
        }
        print(metrics, examples);
        if (json != null) {
            List<Result> results = metrics.entrySet().stream()
                    .map(entry -> new Result(entry.getKey(), entry.getValue()))
                    .toList();
            JsonFile.write(
                    json,
                    new Evaluation(
                            dev.model().toString(), dev.task(), dev.file().toString(), examples, results));
        }
    }

    /** What is known of the task: of the bare model only what helps, since it can be measured on another one too. */
    private @Nullable TaskFile known() {
        TaskFile known = adapters.taskFile(dev.model(), false);
        boolean helps = known == null
                || known.hasNames()
                        && (!adapters.folders().isEmpty() || known.task().equals(dev.task()));
        return helps ? known : null;
    }

    private void print(Map<String, Map<String, Double>> metrics, int examples) {
        List<String> header = new ArrayList<>(List.of("adapter"));
        metrics.values().iterator().next().keySet().forEach(metric -> header.add(metric.replace('_', ' ')));
        List<List<String>> rows = new ArrayList<>(List.of(header));
        metrics.forEach((adapter, values) -> {
            List<String> row = new ArrayList<>(List.of(adapter));
            values.values().forEach(value -> row.add(String.format(Locale.ROOT, "%.4f", value)));
            rows.add(row);
        });
        TextTable.print(console.out(), rows);
        console.out().println(examples + " examples of " + dev.file());
    }
}
