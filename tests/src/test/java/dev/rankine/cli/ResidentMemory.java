package dev.rankine.cli;

import dev.rankine.lora.Methods;
import dev.rankine.lora.task.FineTuning;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.data.TsvPairs;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What a real run keeps in memory while it goes on, at some steps: resident memory as Linux counts it at that moment; then, after a
 * collection, with the JIT at rest and what it freed returned to the system, resident memory again, the Java heap, and the memory of
 * tensors off the heap. Logs, evaluations and checkpoints are made too, from before the first figure on. See
 * {@code tests/memory/resident}.
 */
final class ResidentMemory {
    private static final int BATCH = 4;
    private static final int EPOCHS = 4;
    private static final int STEPS = 2000;
    private static final long QUIET_MILLIS = 2000;
    private static final Set<Long> MEASURED = Set.of(100L, 250L, 500L, 1000L, 1500L, 1999L);

    private ResidentMemory() {}

    /**
     * Arguments: model folder, training file, development file, method, and perhaps a number of letters: with it only words of so many
     * train, so that hardly a batch is larger than those before it.
     */
    public static void main(String... arguments) throws IOException {
        List<TextPair> pairs = TsvPairs.read(Path.of(arguments[1])).stream()
                .filter(pair -> arguments.length < 5
                        || pair.source().length() == Integer.parseInt(arguments[4])
                                && pair.target().length() <= pair.source().length())
                .limit(BATCH * STEPS / EPOCHS)
                .toList();
        try (Backend backend = Backends.choose(null, 2).backend()) {
            Seq2Seq task = Seq2Seq.load(backend, Path.of(arguments[0]));
            TrainerSettings settings = TrainerSettings.of(EPOCHS, BATCH, 1e-3).withSteps(10, 50, 50);
            FineTuning tuning = new FineTuning(task, Methods.named(arguments[3]), settings, 0);
            System.out.println("  step   resident MiB   at rest MiB   heap MiB   off-heap MiB");
            tuning.listen(new TrainingListener() {
                @Override
                public void onStep(long made, long steps, double rate) {
                    if (MEASURED.contains(made)) {
                        print(made);
                    }
                }
            });
            tuning.run(
                    task.encode(pairs),
                    task.encode(TsvPairs.read(Path.of(arguments[2]), 20)),
                    RunFolder.at(Files.createTempDirectory("resident").resolve("run"), false));
        }
    }

    private static void print(long step) {
        double mib = 1 << 20;
        double atOnce = residentKib() / 1024.0;
        rest();
        System.out.printf(
                Locale.ROOT,
                "%6d %14.1f %13.1f %10.1f %14.1f%n",
                step,
                atOnce,
                residentKib() / 1024.0,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / mib,
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                                .sum()
                        / mib);
    }

    /** The C library keeps what compilations of the JIT, up to 50 MiB each, gave back, until it is told to return it. */
    private static void rest() {
        System.gc();
        CompilationMXBean jit = ManagementFactory.getCompilationMXBean();
        try {
            long before;
            do {
                before = jit.getTotalCompilationTime();
                Thread.sleep(QUIET_MILLIS);
            } while (jit.getTotalCompilationTime() != before);
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            new Object[0],
                            new String[0]);
        } catch (InterruptedException | JMException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static long residentKib() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException noSuchSystem) {
            throw new UncheckedIOException(noSuchSystem);
        }
    }
}
