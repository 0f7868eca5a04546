package dev.rankine.lora.task;

import dev.rankine.autograd.Variable;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Retained;
import dev.rankine.lora.inspect.MemoryEstimate;
import dev.rankine.lora.peft.PeftAdapter;
import dev.rankine.lora.report.Report;
import dev.rankine.lora.report.RunRecord;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.train.Measure;
import dev.rankine.transformer.train.ProcessMemory;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunLock;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.StoppedException;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingCheckpoints;
import dev.rankine.transformer.train.TrainingListener;
import dev.rankine.transformer.train.TrainingResult;
import dev.rankine.transformer.train.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One fine-tuning from start to finish: attaches a method's adapters to a model, trains them, and leaves a run folder
 * with adapter, summary, metrics, predictions and report. The adapters stay attached; {@link AdaptedModel#detach} takes them off.
 *
 * <pre>{@code
 * FineTuning tuning = new FineTuning(task, Methods.named("salora"), TrainerSettings.of(10, 64, 2e-3), 0);
 * RunSummary summary = tuning.run(task.encode(train), task.encode(dev), RunFolder.at(Path.of("british"), false));
 * }</pre>
 */
public final class FineTuning {
    private static final String DATA = "train_data";

    private final Task task;
    private final Method method;
    private final TrainerSettings settings;
    private final double weightDecay;
    private AdaptedModel adapted;
    private Keep keep = Keep.LAST;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private Consumer<String> words = word -> {};
    private BooleanSupplier stop = () -> false;

    /**
     * Attaches the adapters.
     *
     * @throws IllegalArgumentException if the method's settings do not fit the model; nothing is attached then
     */
    public FineTuning(Task task, Method method, TrainerSettings settings, double weightDecay) {
        this.task = task;
        this.method = method;
        this.settings = settings;
        this.weightDecay = weightDecay;
        AdaptedModel attached = method.attach(task.model(), new Method.Run(settings.seed(), weightDecay));
        // full fine-tuning trains the head with all else
        boolean headBeside = !task.head().isEmpty() && !attached.adapters().isEmpty();
        this.adapted = headBeside ? attached.trainingModules(task.model(), task.head(), weightDecay) : attached;
    }

    public Task task() {
        return task;
    }

    public AdaptedModel adapted() {
        return adapted;
    }

    /**
     * Begins from a trained adapter instead of the method's own start. Its head is taken over where the task's has the same
     * shapes, and else begins anew, as where a model learned three classes and is to tell two.
     *
     * @throws IllegalArgumentException if it has other modules, or higher ranks
     */
    public Start startFrom(PeftAdapter trained) {
        int taken = adapted.startFrom(trained.factors());
        Map<String, Variable> head = adapted.trainedWeights();
        Map<String, Tensor> given = trained.trainedWeights();
        boolean fits = !head.isEmpty()
                && head.entrySet().stream().allMatch(weight -> {
                    Tensor other = given.get(weight.getKey());
                    return other != null
                            && other.shape().equals(weight.getValue().shape());
                });
        if (fits) {
            head.forEach((name, weight) -> {
                Tensor own = weight.data();
                own.backend().copy(Objects.requireNonNull(given.get(name)), own.forWriting("head"));
            });
        }
        return new Start(taken, adapted.adapters().size(), fits);
    }

    /**
     * What a run begins with from elsewhere.
     *
     * @param taken modules that have a trained change
     * @param modules of all
     * @param head whether there is a head and it was taken over
     */
    public record Start(int taken, int modules, boolean head) {}

    /** What training on these examples will need in memory, if the longest ones meet in one micro-batch. */
    public MemoryEstimate memory(Examples train) {
        int examples = Math.min(settings.batch(), train.size());
        MemoryEstimate estimate = MemoryEstimate.of(
                        task.form(),
                        weightBytes(type -> true),
                        adapted.trainableParameters(),
                        Math.max(1, examples),
                        train.longest())
                .storedWide(weightBytes(type -> type == DType.F32));
        return settings.recompute() ? estimate.recomputing(task.form()) : estimate;
    }

    /** Of the weights of some types. */
    private long weightBytes(Predicate<DType> types) {
        return task.model().weights().values().stream()
                .map(Variable::data)
                .filter(weight -> types.test(weight.dtype()))
                .mapToLong(weight -> weight.shape().size() * weight.dtype().bytes())
                .sum();
    }

    public FineTuning listen(TrainingListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Which evaluation's adapter stays.
     *
     * @throws IllegalArgumentException if the task is not measured by the metric, or nothing is measured before the end
     */
    public FineTuning keep(Keep which) {
        if (which.metric() != null && !task.metrics().contains(which.metric())) {
            throw new IllegalArgumentException(task.kind() + " is not measured by '" + which.metric() + "' but by "
                    + String.join(", ", task.metrics()));
        }
        if (which.metric() != null && settings.evaluationSteps() == 0) {
            throw new IllegalArgumentException(
                    "the best evaluation is asked for, and there is none before the last step: evaluate in between");
        }
        keep = which;
        return this;
    }

    /** Gets what is worth a line: a damaged checkpoint, an adapter that does not learn. Otherwise nobody hears it. */
    public FineTuning warn(Consumer<String> listener) {
        words = listener;
        return this;
    }

    /** Asked after every step whether to save the state and end with a {@link StoppedException}. */
    public FineTuning stopWhen(BooleanSupplier asked) {
        stop = asked;
        return this;
    }

    /**
     * Trains, or goes on where the folder's checkpoint stands; a run that is finished already stays as it is.
     *
     * @param dev measures the model before and after
     * @throws IllegalArgumentException if examples are of another task, or the folder's checkpoint is of a run with other
     *     settings
     * @throws StoppedException if it was asked to stop
     * @throws dev.rankine.transformer.train.RunFolderException if another run is writing to the folder
     */
    public RunSummary run(Examples train, Examples dev, RunFolder folder) {
        if (!train.task().equals(task) || !dev.task().equals(task)) {
            throw new IllegalArgumentException(
                    "the examples were encoded for another task than the one that is trained");
        }
        if (folder.state() == RunFolder.State.FINISHED) {
            return folder.summary();
        }
        Measure measure = dev.measure();
        Trainer<?> trainer = train.trainer(settings, adapted.controller()).evaluateWith(measure);
        listeners.forEach(trainer::listen);
        trainer.listen(new LearningWatch(adapted, words));
        BestEvaluation best = new BestEvaluation(folder, keep, adapted, task, measure, this::ranks);
        if (keep.metric() != null) {
            trainer.listen(best);
        }
        try (RunLock _ = folder.hold(words)) {
            if (folder.state() == RunFolder.State.FINISHED) {
                return folder.summary(); // by another run, just now
            }
            TrainingResult result = train(trainer, train.fingerprint(), folder);
            RunSummary summary = leave(result, best, measure, folder);
            writeReport(
                    folder,
                    new RunRecord(method.name(), summary, folder.metrics().read()));
            folder.finish(summary);
            return summary;
        }
    }

    /** The adapter and its predictions, those of the last step or of the best evaluation before. */
    private RunSummary leave(TrainingResult result, BestEvaluation best, Measure measure, RunFolder folder) {
        BestEvaluation.Found found = keep.metric() == null ? null : best.found();
        if (found == null || found.step() == result.steps()) {
            AdapterFolder.save(folder.adapter(), adapted, task);
            folder.predictions().write(measure.outcomes());
            return new RunSummary(description(), result, ranks(), ProcessMemory.peakResidentMib());
        }
        best.putInPlace();
        adapted.detach();
        adapted = AdapterFolder.attach(
                folder.adapter(), task.model(), task.backend(), new Method.Run(settings.seed(), weightDecay));
        return new RunSummary(
                description(),
                result.withAfter(found.metrics()),
                found.ranks(),
                ProcessMemory.peakResidentMib(),
                found.step());
    }

    private TrainingResult train(Trainer<?> trainer, String data, RunFolder folder) {
        TrainingCheckpoints checkpoints =
                folder.checkpoints(settings.checkpointing().keep());
        trainer.checkpointTo(state -> checkpoints.save(withOwnSettings(state, data)))
                .stopWhen(stop)
                .naming(task.model().weights());
        if (folder.state() == RunFolder.State.INTERRUPTED) {
            TrainingState state = checkpoints.newest(task.backend(), words);
            requireSameSettings(state);
            requireSameData(state, data);
            return trainer.listen(folder.begin(state.step())).resume(state);
        }
        return trainer.listen(folder.begin(0)).train();
    }

    /** The trainer knows its own settings; the method's and the model's belong to a run as well. */
    private TrainingState withOwnSettings(TrainingState state, String data) {
        Map<String, String> all = new LinkedHashMap<>(state.settings());
        all.putAll(ownSettings());
        all.put(DATA, data);
        return new TrainingState(state.step(), state.seconds(), state.before(), all, state.tensors());
    }

    /** Checkpoints of before the data's fingerprint was kept do not tell. */
    private static void requireSameData(TrainingState state, String data) {
        if (!data.equals(state.settings().getOrDefault(DATA, data))) {
            throw new IllegalArgumentException("resume: the training data are not those of the interrupted run: use the"
                    + " same file with the same options, or start anew in another folder");
        }
    }

    private void requireSameSettings(TrainingState state) {
        ownSettings().forEach((key, value) -> {
            String before = state.settings().get(key);
            if (!value.equals(before)) {
                throw new IllegalArgumentException("resume: the interrupted run had " + key + " " + before + ", not "
                        + value + "; use the same settings, or start anew in another folder");
            }
        });
    }

    private Map<String, String> ownSettings() {
        Map<String, String> own = new LinkedHashMap<>();
        own.put("model", task.name());
        own.put("method", method.name());
        own.put("weight_decay", Double.toString(weightDecay));
        own.put("keep", keep.toString());
        method.settings().forEach((key, value) -> own.put(method.name() + "." + key, value));
        return own;
    }

    /** What is asked for, as it will stand in the summary. */
    public RunSummary.Run description() {
        Map<String, String> all = new LinkedHashMap<>(settings.describe());
        all.putAll(ownSettings());
        return new RunSummary.Run(
                method.name(),
                task.kind(),
                task.name(),
                settings.seed(),
                task.backend().name(),
                task.backend().threads(),
                all);
    }

    private RetainedRanks ranks() {
        Retained retained = adapted.retained();
        Integer rank =
                adapted.ranked().isEmpty() ? null : adapted.ranked().getFirst().initialRank();
        return new RetainedRanks(
                rank,
                adapted.trainableParameters(),
                adapted.retainedParameters(),
                targetDensity(),
                retained.density(),
                retained.parameterDensity(),
                retained.rank());
    }

    /** 1 for methods that keep all, and for those that are not asked for a density in particular. */
    private double targetDensity() {
        double asked = Double.parseDouble(method.settings().getOrDefault("density", "1"));
        return asked == 0 ? 1 : asked;
    }

    private void writeReport(RunFolder folder, RunRecord record) {
        try {
            String model = String.valueOf(Path.of(task.name()).getFileName());
            Report.write(folder.report(), model + ", adapted by " + method.name(), List.of(record));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
