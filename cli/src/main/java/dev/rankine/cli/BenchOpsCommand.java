package dev.rankine.cli;

import dev.rankine.cli.bench.OpsBench;
import dev.rankine.tensor.Backend;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what memory bounds. */
@Command(
        name = "ops",
        description = "Measures operations that memory bounds, in turns with a plain copy.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BenchOpsCommand implements Runnable {
    @Option(names = "--rounds", paramLabel = "N", description = "How often each is measured (default: 11).")
    private int rounds = 11;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows of 768 channels of every tensor (default: 16384, 50 MB).")
    private int rows = 16_384;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result as JSON.")
    private @Nullable Path json;

    @Mixin
    private BackendOptions backendOptions = new BackendOptions();

    private final Console console;

    BenchOpsCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        BenchCommand.requireRounds(rounds);
        if (rows < 1) {
            throw new UsageException("--rows must be at least 1, got " + rows);
        }
        try (Backend backend = backendOptions.open(console)) {
            List<OpsBench.Result> results = new OpsBench(backend, rows, rounds).measure();
            console.out().println(String.format("%-24s%10s%10s%10s", "GB/s", "middle", "best", "of copy"));
            for (OpsBench.Result result : results) {
                console.out()
                        .println(String.format(
                                Locale.ROOT,
                                "%-24s%10.1f%10.1f%9.0f%%",
                                result.operation(),
                                result.rate(),
                                result.best(),
                                100 * result.ofCopy()));
            }
            if (json != null) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("backend", backend.name());
                all.put("threads", backend.threads());
                all.put("rows", rows);
                all.put("operations", results);
                JsonFile.write(json, all);
            }
        }
    }
}
