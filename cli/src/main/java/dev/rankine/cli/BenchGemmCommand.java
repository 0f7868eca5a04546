package dev.rankine.cli;

import dev.rankine.cli.bench.GemmBench;
import dev.rankine.cli.bench.OpenBlas;
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

/** Measures products. */
@Command(
        name = "gemm",
        description =
                "Measures products in turns with the multiply-adds of one core and, where it is installed, OpenBLAS.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BenchGemmCommand implements Runnable {
    @Option(
            names = "--product",
            paramLabel = "MxKxN",
            description = "A product, NN, NT or TN behind it for how its operands are stored, such as 2048x768x8NT, or"
                    + " 96*128x64x128NT for a batch; may be given several times (default: those that training"
                    + " needs).")
    private List<String> products = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "How often each is measured (default: 11).")
    private int rounds = 11;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result as JSON.")
    private @Nullable Path json;

    @Mixin
    private BackendOptions backendOptions = new BackendOptions();

    private final Console console;

    BenchGemmCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        BenchCommand.requireRounds(rounds);
        List<GemmBench.Product> measured = products.isEmpty()
                ? GemmBench.shapes()
                : UsageException.whileChecking(
                        () -> products.stream().map(GemmBench.Product::parse).toList());
        try (Backend backend = backendOptions.open(console)) {
            GemmBench bench = new GemmBench(backend, backend.isDevice() ? null : openBlas(backend.threads()), rounds);
            console.out()
                    .println(String.format(
                            "%-24s%10s%10s%10s%10s%10s%8s",
                            "GFLOP/s", "middle", "best", "one peak", "of peak", "OpenBLAS", "ratio"));
            List<GemmBench.Result> results = new ArrayList<>();
            for (GemmBench.Product product : measured) {
                GemmBench.Result result = bench.measure(product);
                results.add(result);
                console.out().println(row(result));
            }
            if (json != null) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("backend", backend.name());
                all.put("threads", backend.threads());
                all.put("products", results);
                JsonFile.write(json, all);
            }
        }
    }

    private @Nullable OpenBlas openBlas(int threads) {
        try {
            return new OpenBlas(threads);
        } catch (IllegalArgumentException missing) {
            console.say("OpenBLAS is left out (" + missing.getMessage()
                    + "); on Debian and Ubuntu the package libopenblas0-pthread has it");
            return null;
        }
    }

    private static String row(GemmBench.Result result) {
        String own = String.format(
                Locale.ROOT,
                "%-24s%10.1f%10.1f%10.1f%9.0f%%",
                result.product(),
                result.rate(),
                result.best(),
                result.peak(),
                100 * result.ofPeak());
        return result.openBlas() == null
                ? own
                : own + String.format(Locale.ROOT, "%10.1f%8.2f", result.openBlas(), result.ratio());
    }
}
