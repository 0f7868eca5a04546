package dev.rankine.transformer.train;

import dev.rankine.tensor.files.Whole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where a run leaves its files. {@code summary.json} is written last: where it stands, the run is finished.
 *
 * <pre>
 * summary.json      {@link RunSummary}
 * metrics.jsonl     {@link MetricsLog}
 * adapter/          in PEFT's format
 * checkpoint/       {@link TrainingCheckpoints}: what a resumed run goes on from
 * best/             while a run that keeps its best evaluation is under way: what it has found so far
 * predictions.tsv   {@link Predictions}
 * report.html
 * </pre>
 */
public final class RunFolder {
    /** Before the evaluation that comes before the first step. */
    private static final long NOTHING = -1;

    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /** How far a run has come. */
    public enum State {
        /** Nothing to go on from. */
        NEW,
        /** There is a checkpoint. */
        INTERRUPTED,
        /** There is a summary. */
        FINISHED
    }

    /**
     * A folder to write a run to. Nothing is created before {@link #begin}.
     *
     * @param resume whether the folder may exist
     * @throws RunFolderException if it exists and may not, or is no folder
     */
    public static RunFolder at(Path path, boolean resume) {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new RunFolderException(path + " is a file: choose another folder for the run");
        }
        if (Files.exists(path) && !resume) {
            throw new RunFolderException(
                    path + " exists: choose another folder, or pass --resume to continue the run in it");
        }
        return new RunFolder(path);
    }

    public State state() {
        if (Files.exists(summaryFile())) {
            return State.FINISHED;
        }
        return checkpoints(1).exist() ? State.INTERRUPTED : State.NEW;
    }

    /**
     * Creates the folder and keeps every other run out of it until the lock is closed. What an interruption left half-done in it
     * is ended first.
     *
     * @param words is told where the file system knows no locks
     * @throws RunFolderException if another run, of any process, holds it
     */
    public RunLock hold(Consumer<String> words) {
        try {
            Files.createDirectories(path);
            RunLock lock = RunLock.of(path, words);
            checkpoints(1).recover();
            return lock;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Creates the folder. What an interrupted run logged after the step to go on from is dropped.
     *
     * @param step how many steps were made; 0 for a run that starts anew, whose log begins empty
     */
    public MetricsLog begin(long step) {
        try {
            Files.createDirectories(path);
            if (step == 0) {
                Whole.delete(best());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        MetricsLog log = metrics();
        if (Files.exists(metricsFile())) {
            log.cutBackTo(step == 0 ? NOTHING : step);
        }
        return log;
    }

    /** Writes the summary, which finishes the run; a checkpoint is of no use then. */
    public void finish(RunSummary summary) {
        try {
            Whole.file(summaryFile(), aside -> Files.writeString(aside, Json.PAGE.writeValueAsString(summary) + "\n"));
            Whole.delete(checkpointFolder());
            Whole.delete(best());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * The summary of a finished run. Runs of the time when the last step's adapter always stayed do not say so.
     *
     * @throws RunFolderException if there is none or it cannot be read
     */
    public RunSummary summary() {
        if (!Files.exists(summaryFile())) {
            throw new RunFolderException(summaryFile() + " is not there: is the run finished?");
        }
        return Json.read(summaryFile(), RunSummary.class, summary -> {
            if (!summary.has("kept_step") && summary.has("steps")) {
                summary.set("kept_step", summary.get("steps"));
            }
        });
    }

    public MetricsLog metrics() {
        return new MetricsLog(metricsFile());
    }

    public Path path() {
        return path;
    }

    public Path adapter() {
        return path.resolve("adapter");
    }

    /** Adapter, predictions and metrics of the best evaluation so far. */
    public Path best() {
        return path.resolve("best");
    }

    /** @param keep how many checkpoints stay */
    public TrainingCheckpoints checkpoints(int keep) {
        return new TrainingCheckpoints(checkpointFolder(), keep);
    }

    private Path checkpointFolder() {
        return path.resolve("checkpoint");
    }

    /** What the trained model did with every example of the development data. */
    public Predictions predictions() {
        return new Predictions(path.resolve("predictions.tsv"));
    }

    public Path report() {
        return path.resolve("report.html");
    }

    private Path summaryFile() {
        return path.resolve("summary.json");
    }

    private Path metricsFile() {
        return path.resolve("metrics.jsonl");
    }
}
