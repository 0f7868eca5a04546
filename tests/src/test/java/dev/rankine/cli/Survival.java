package dev.rankine.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Runs {@code finetune} in processes of its own, ends each with SIGKILL at a random moment, resumes it, and compares the adapter with
 * the one of an undisturbed run, byte by byte. See {@code tests/survival/survive}.
 *
 * <p>A moment that is uniform in time would mostly meet the start of the JVM. So chance first says what the run is to be in, see
 * {@link Aim}, then after which step, and then how long after; what the killed process left tells what it really was in.
 */
final class Survival {
    private static final int EPOCHS = 15;
    private static final int STEPS = EPOCHS * ChildFinetune.STEPS_PER_EPOCH;

    /** What a run is to be in when it is killed; of ten rounds one, one, five, two and one. */
    private enum Aim {
        ANYTHING,
        THE_FIRST_STEPS,
        TRAINING,
        WRITING,
        THE_END;

        static Aim chosen(SplittableRandom chance) {
            return List.of(
                            ANYTHING,
                            THE_FIRST_STEPS,
                            TRAINING,
                            TRAINING,
                            TRAINING,
                            TRAINING,
                            TRAINING,
                            WRITING,
                            WRITING,
                            THE_END)
                    .get(chance.nextInt(10));
        }
    }

    private final ChildFinetune child;
    private final SplittableRandom chance;
    private final Map<String, Integer> moments = new TreeMap<>();
    private final byte[] expected;
    private final long undisturbedMillis;

    Survival(Path folder, String method, long seed) throws IOException {
        this.child = new ChildFinetune(Workbench.in(folder), method);
        this.chance = new SplittableRandom(seed);
        Path whole = folder.resolve("whole");
        long begun = System.nanoTime();
        finish(whole);
        undisturbedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        expected = Files.readAllBytes(whole.resolve(ChildFinetune.ADAPTER));
    }

    /** Arguments: method, rounds, seed. Prints what became of the rounds; the exit code is 1 if one ended with other bits. */
    public static void main(String[] arguments) throws IOException {
        int rounds = Integer.parseInt(arguments[1]);
        Path folder = Files.createTempDirectory("survival");
        Survival survival = new Survival(folder, arguments[0], Long.parseLong(arguments[2]));
        int same = 0;
        for (int round = 1; round <= rounds; round++) {
            same += survival.round(folder.resolve("round-" + round)) ? 1 : 0;
            System.out.println(arguments[0] + ": " + same + " of " + round
                    + " have the bits of the undisturbed run; killed " + survival.moments);
        }
        System.exit(same == rounds ? 0 : 1);
    }

    /** One run, killed and resumed. Whether it ends with the bits of the undisturbed one. */
    boolean round(Path out) throws IOException {
        Process process = child.start(out, EPOCHS);
        await(Aim.chosen(chance), process, out);
        boolean killed = process.isAlive();
        process.destroyForcibly();
        ChildFinetune.join(process);
        moments.merge(killed ? moment(out) : "after the end", 1, Integer::sum);
        finish(out);
        return Arrays.equals(expected, Files.readAllBytes(out.resolve(ChildFinetune.ADAPTER)));
    }

    private void await(Aim aim, Process process, Path out) {
        switch (aim) {
            case ANYTHING -> sleep(process, undisturbedMillis);
            case THE_FIRST_STEPS -> {
                until(process, () -> Files.exists(out));
                sleep(process, undisturbedMillis / 10);
            }
            case TRAINING -> {
                awaitStep(process, out);
                sleep(process, undisturbedMillis / 20);
            }
            case WRITING -> {
                awaitStep(process, out);
                until(process, () -> left(out).stream().anyMatch(Survival::isHalfDone));
            }
            case THE_END -> until(process, () -> Files.exists(out.resolve("summary.json")));
        }
    }

    private void awaitStep(Process process, Path out) {
        long step = chance.nextLong(STEPS - 10);
        until(process, () -> newest(out) >= step);
    }

    /** When and how often, by what the killed process had left. */
    Map<String, Integer> moments() {
        return new LinkedHashMap<>(moments);
    }

    private static String moment(Path out) {
        if (!Files.exists(out)) {
            return "before the run folder";
        }
        List<String> left = left(out);
        if (left.contains("summary.json")) {
            return "while the run was finished";
        }
        if (left.stream().anyMatch(Survival::isHalfDone)) {
            return "while a file was written";
        }
        long newest = newest(out);
        return newest < 0
                ? "before the first checkpoint"
                : "between checkpoints in the %s third"
                        .formatted(List.of("1st", "2nd", "3rd").get((int) (3 * newest / STEPS)));
    }

    private static boolean isHalfDone(String name) {
        return name.endsWith(".new") || name.endsWith(".old");
    }

    /** The step of the newest checkpoint, -1 if there is none. */
    private static long newest(Path out) {
        String checkpoint = "checkpoint/step-";
        return left(out).stream()
                .filter(name -> name.matches(checkpoint + "\\d+"))
                .mapToLong(name -> Long.parseLong(name.substring(checkpoint.length())))
                .max()
                .orElse(-1);
    }

    /** Everything in a run folder and in its folders, which changes meanwhile. */
    private static List<String> left(Path out) {
        return Stream.of(out, out.resolve("checkpoint"))
                .flatMap(folder -> entries(folder).stream())
                .map(path -> out.relativize(path).toString())
                .toList();
    }

    private static List<Path> entries(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void until(Process process, BooleanSupplier reached) {
        while (process.isAlive() && !reached.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
        }
    }

    private void sleep(Process process, long mostMillis) {
        try {
            process.waitFor(chance.nextLong(mostMillis + 1), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private void finish(Path out) {
        if (ChildFinetune.join(child.start(out, EPOCHS)) != 0) {
            throw new AssertionError(out + ": " + child.output());
        }
    }
}
