package dev.rankine.tornado;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the device tests without a build tool, on a machine that has none. The one argument is the JSON file to write the
 * counts to.
 */
final class ParityRun {
    private static final int MOST_FAILURES = 20;
    private static final double MILLIS = 1e3;

    private ParityRun() {}

    public static void main(String[] arguments) throws IOException {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Stream.of(
                                "dev.rankine.tensor.PrimitivesParityPropertyTest",
                                "dev.rankine.tensor.FusedParityPropertyTest",
                                "dev.rankine.tensor.AttentionParityPropertyTest",
                                "dev.rankine.tornado.NoSilentFallbackTest",
                                "dev.rankine.tornado.RecordedStepTest",
                                "dev.rankine.tornado.ReplayPropertyTest",
                                "dev.rankine.tornado.WideProductTest")
                        .map(name -> selectClass(name))
                        .toList())
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        long failed = summary.getTestsFailedCount() + summary.getContainersFailedCount();
        if (failed > 0) {
            summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), MOST_FAILURES);
        }
        String counts = String.format(
                Locale.ROOT,
                "{\"tests\": %d, \"failed\": %d, \"skipped\": %d, \"seconds\": %.1f}",
                summary.getTestsFoundCount(),
                failed,
                summary.getTestsSkippedCount(),
                (summary.getTimeFinished() - summary.getTimeStarted()) / MILLIS);
        System.out.println(counts);
        Files.writeString(Path.of(arguments[0]), counts + "\n");
        System.exit(failed == 0 && summary.getTestsSucceededCount() > 0 ? 0 : 1);
    }
}
