package dev.rankine.cli;

import dev.rankine.cli.bench.ClassifierStep;
import dev.rankine.cli.bench.LanguageStep;
import dev.rankine.cli.bench.Seq2SeqStep;
import dev.rankine.cli.bench.StepBench;
import dev.rankine.cli.bench.StepProfile;
import dev.rankine.cli.bench.StepProfile.Kind;
import dev.rankine.cli.bench.StepProfile.Phase;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.BertSettings;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.Batch;
import dev.rankine.transformer.train.ProcessMemory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Times one training step and tells where its time goes. */
@Command(
        name = "step",
        description = "Times a warm training step on random symbols and tells where its time goes.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BenchStepCommand implements Runnable {
    private static final String ROBERTA = "roberta-base";
    private static final int LISTED = 10;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "Hugging Face folder of an encoder-decoder or a language model: config.json and model.safetensors.")
    private @Nullable Path model;

    @Option(
            names = "--config",
            paramLabel = "NAME",
            description =
                    "Instead of a folder: roberta-base, a classifier with random weights whose head is trained too.")
    private @Nullable String config;

    @Option(names = "--batch", paramLabel = "N", description = "Examples of a step (default: 64; 16 of roberta-base).")
    private @Nullable Integer batch;

    @Option(
            names = "--seq",
            paramLabel = "N",
            description = "Symbols of each text, source or target (default: 16; 128 of roberta-base).")
    private @Nullable Integer symbols;

    @Option(names = "--method", paramLabel = "NAME", description = "What is trained (default: lora).")
    private String method = "lora";

    @Option(
            names = "--seconds",
            paramLabel = "X",
            description = "How long to measure; warming up takes as long again (default: 8).")
    private double seconds = 8;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps to measure at least, and to warm up with (default: 6).")
    private int steps = 6;

    @Option(
            names = "--recompute",
            description = "Run layers again in the backward pass instead of keeping what they made.")
    private boolean recompute;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result as JSON.")
    private @Nullable Path json;

    @Mixin
    private MethodOptions methodOptions = new MethodOptions();

    @Mixin
    private BackendOptions backendOptions = new BackendOptions();

    private final Console console;

    BenchStepCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if ((model == null) == (config == null)) {
            throw new UsageException("give either --model DIR or --config " + ROBERTA);
        }
        if (config != null && !config.equals(ROBERTA)) {
            throw new UsageException("--config " + config + " is not known; there is: " + ROBERTA);
        }
        int examples = batch != null ? batch : config == null ? 64 : 16;
        int length = symbols != null ? symbols : config == null ? 16 : 128;
        if (examples < 1 || length < 1) {
            throw new UsageException("--batch and --seq must be at least 1, got " + examples + " and " + length);
        }
        Method chosen = UsageException.whileChecking(() -> methodOptions.configure(Methods.named(method), console));
        StepBench.Patience patience =
                UsageException.whileChecking(() -> new StepBench.Patience(seconds, seconds, steps));
        if (model != null) {
            Inputs.requireFolder("--model", model);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        try (Backend backend = backendOptions.open(console)) {
            if (model == null) {
                var step = new ClassifierStep(BertSettings.robertaBase(), chosen, examples, length);
                measure(backend, step::on, patience, result);
            } else {
                switch (Checkpoints.architecture(model)) {
                    case BART, MBART ->
                        measure(backend, new Seq2SeqStep(model, chosen, examples, length)::on, patience, result);
                    case GPT2, LLAMA ->
                        measure(backend, new LanguageStep(model, chosen, examples, length)::on, patience, result);
                    case BERT, ROBERTA ->
                        throw new UsageException(
                                "--model " + model + " is an encoder; of these there is --config " + ROBERTA);
                }
            }
        }
        result.put("model", model == null ? config : model.toString());
        result.put("method", method);
        result.put("batch", examples);
        result.put("seq", length);
        if (json != null) {
            JsonFile.write(json, result);
        }
    }

    private <B extends Batch> void measure(
            Backend backend,
            Function<Backend, StepBench.Workload<B>> make,
            StepBench.Patience patience,
            Map<String, Object> result) {
        StepBench.Workload<B> work = make.apply(backend);
        long trained = work.adapted().trainableParameters();
        StepBench.Timing timing = StepBench.time(backend, work, recompute, patience);
        Double memory = ProcessMemory.peakResidentMib();
        StepProfile profile = StepBench.profile(backend, make, recompute, patience);
        result.put("seconds_per_step", timing.median());
        result.put("fastest_step", timing.fastest());
        result.put("processor_seconds_per_step", timing.processorSeconds());
        result.put("steps", timing.seconds().size());
        result.put("warm_up_steps", timing.warmUpSteps());
        result.put("backend", backend.name());
        result.put("recompute", recompute);
        result.put("threads", backend.threads());
        result.put("compiled_kernels", backend.compilation().kernels());
        result.put("compile_seconds", backend.compilation().seconds());
        result.put("trainable_parameters", trained);
        result.put("heap_bytes_per_step", timing.heapBytes());
        result.put("seconds_to_ready", timing.secondsToReady());
        result.put("seconds_to_first_step", timing.secondsToFirstStep());
        result.put("peak_rss_mib", memory);
        result.put("phases", phases(profile));
        result.put("operations", profile.operations());
        print(timing, profile, memory);
        if (backend.isDevice()) {
            line("%s", CompilationProgress.line(backend.compilation()));
        }
    }

    private static Map<String, Map<String, Double>> phases(StepProfile profile) {
        Map<String, Map<String, Double>> phases = new LinkedHashMap<>();
        for (Phase phase : Phase.values()) {
            Map<String, Double> kinds = new LinkedHashMap<>();
            for (Kind kind : Kind.values()) {
                kinds.put(lower(kind), profile.seconds(phase, kind));
            }
            phases.put(lower(phase), kinds);
        }
        return phases;
    }

    private void print(StepBench.Timing timing, StepProfile profile, @Nullable Double memory) {
        line(
                "%.2f ms per step: median of %d, fastest %.2f; %.2f ms of processor time",
                1e3 * timing.median(),
                timing.seconds().size(),
                1e3 * timing.fastest(),
                1e3 * timing.processorSeconds());
        line("");
        StringBuilder heading = new StringBuilder(String.format("%-14s", "ms"));
        for (Phase phase : Phase.values()) {
            heading.append(String.format("%11s", lower(phase)));
        }
        line("%s%11s", heading, "total");
        for (Kind kind : Kind.values()) {
            StringBuilder row = new StringBuilder(String.format("%-14s", lower(kind)));
            double total = 0;
            for (Phase phase : Phase.values()) {
                double time = 1e3 * profile.seconds(phase, kind);
                total += time;
                row.append(String.format(Locale.ROOT, "%11.2f", time));
            }
            line("%s%11.2f", row, total);
        }
        line("");
        profile.operations().entrySet().stream()
                .limit(LISTED)
                .forEach(entry -> line(
                        "%-48s%6d calls%10.2f ms",
                        entry.getKey(),
                        entry.getValue().calls(),
                        1e3 * entry.getValue().seconds()));
        line("");
        line(
                "heap %,d bytes per step; ready %.1f s after the start, first step made after %.1f%s",
                timing.heapBytes(),
                timing.secondsToReady(),
                timing.secondsToFirstStep(),
                memory == null ? "" : String.format(Locale.ROOT, "; peak memory %,.0f MiB", memory));
    }

    private void line(String format, Object... values) {
        console.out().println(String.format(Locale.ROOT, format, values));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
