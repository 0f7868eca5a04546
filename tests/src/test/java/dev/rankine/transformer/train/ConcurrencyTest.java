package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Probe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Models that train at once in one JVM do not see each other, and nothing of them stays behind. */
class ConcurrencyTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int[] SIZES = {24, 32, 40};

    private static Map<String, List<Double>> train(Backend backend, int examples) {
        Copying task = new Copying(backend, DType.F32, examples);
        task.trainer(TrainerSettings.of(2, 8, 1e-2).withSeed(examples)).train();
        return task.bits();
    }

    @Test
    void eachGivesTheBitsThatItGivesAlone() throws InterruptedException, ExecutionException {
        for (Backends.Candidate candidate : Backends.all()) {
            if (candidate.probe() instanceof Probe.Ready) {
                try (Backend first = candidate.provider().create(2);
                        Backend second = candidate.provider().create(2);
                        Backend third = candidate.provider().create(1);
                        ExecutorService threads = Executors.newFixedThreadPool(SIZES.length)) {
                    List<Backend> backends = List.of(first, second, third);
                    List<Future<Map<String, List<Double>>>> together = IntStream.range(0, SIZES.length)
                            .mapToObj(i -> threads.submit(() -> train(backends.get(i), SIZES[i])))
                            .toList();
                    for (int i = 0; i < SIZES.length; i++) {
                        assertThat(together.get(i).get())
                                .as("%s, %d examples", candidate, SIZES[i])
                                .isEqualTo(train(first, SIZES[i]));
                    }
                }
            }
        }
    }

    @Test
    void noThreadIsLeftOrKeepsTheJvmAlive() throws InterruptedException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (Backends.Candidate candidate : Backends.all()) {
            if (candidate.probe() instanceof Probe.Ready) {
                Set<Thread> working;
                try (Backend backend = candidate.provider().create(3)) {
                    train(backend, 24);
                    working = since(before);
                    assertThat(working).allMatch(Thread::isDaemon);
                }
                for (Thread thread : working) {
                    assertThat(thread.join(PATIENCE))
                            .as("%s ends with its back-end", thread.getName())
                            .isTrue();
                }
            }
        }
    }

    private static Set<Thread> since(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread)
                        && "main".equals(thread.getThreadGroup().getName()))
                .collect(Collectors.toSet());
    }
}
