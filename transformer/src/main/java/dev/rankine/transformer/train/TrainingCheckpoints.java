package dev.rankine.transformer.train;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.files.Whole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The last checkpoints of a run: {@code step-40/}, {@code step-60/}, ... in one folder. A new one is written beside them and
 * moved into place before the oldest goes, so at any moment there is a whole one.
 */
public final class TrainingCheckpoints {
    private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})");

    private static final Pattern HALF_DONE = Pattern.compile("(step-\\d{1,18})\\.(new|old)");

    private final Path folder;
    private final int keep;

    /** @param keep how many stay, at least 1 */
    public TrainingCheckpoints(Path folder, int keep) {
        if (keep < 1) {
            throw new IllegalArgumentException("checkpoints to keep must be at least 1, got " + keep);
        }
        this.folder = folder;
        this.keep = keep;
    }

    /** Whether there is one, whole or not. */
    public boolean exist() {
        return !steps().isEmpty();
    }

    /** The steps after which there is a checkpoint, whole or not, the newest first. */
    public List<Long> steps() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> NAME.matcher(entry.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Long.valueOf(name.group(1)))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The checkpoint after a step. */
    public TrainingCheckpoint at(long step) {
        return new TrainingCheckpoint(folder.resolve("step-" + step));
    }

    /**
     * Adds a checkpoint and removes those that are too old, or of later steps: of a future that another run had.
     *
     * @throws RunFolderException if it cannot be written; those that are there stay as they are
     */
    public void save(TrainingState state) {
        try {
            Files.createDirectories(folder);
            at(state.step()).save(state);
            int kept = 0;
            for (long step : steps()) {
                if (step > state.step() || ++kept > keep) {
                    Whole.delete(at(step).folder());
                }
            }
        } catch (IOException failure) {
            throw new RunFolderException(
                    "the checkpoint of step " + state.step() + " cannot be written (" + failure + "); "
                            + (exist()
                                    ? "that of step " + steps().getFirst() + " stays as it was"
                                    : "there is none yet")
                            + ": make room, or make " + folder + " writable, and go on with --resume",
                    failure);
        }
    }

    /**
     * The state of the newest checkpoint that is whole.
     *
     * @param words is told of every newer one that is damaged, in a line
     * @throws NoSuchElementException if there is no checkpoint
     * @throws RunFolderException if none is whole
     */
    public TrainingState newest(Backend backend, Consumer<String> words) {
        List<String> damages = new ArrayList<>();
        for (long step : steps()) {
            TrainingCheckpoint checkpoint = at(step);
            String damage = checkpoint.problem();
            if (damage == null) {
                damages.forEach(words);
                return checkpoint.load(backend);
            }
            damages.add(checkpoint.folder() + " is damaged (" + damage + "), an older checkpoint is used instead");
        }
        if (damages.isEmpty()) {
            throw new NoSuchElementException(folder + " has no checkpoint");
        }
        throw new RunFolderException("no checkpoint in " + folder + " is whole: "
                + at(steps().getFirst()).problem() + "; begin anew in another folder");
    }

    /** Ends what an interruption left half-done. */
    void recover() throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                for (Path entry : entries.toList()) {
                    Matcher name = HALF_DONE.matcher(entry.getFileName().toString());
                    if (name.matches()) {
                        Whole.recover(folder.resolve(name.group(1)));
                    }
                }
            }
        }
    }
}
