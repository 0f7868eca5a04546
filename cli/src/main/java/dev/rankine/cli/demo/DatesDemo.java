package dev.rankine.cli.demo;

import dev.rankine.cli.demo.Dates.Languages;
import dev.rankine.cli.demo.Dates.Split;
import dev.rankine.cli.demo.Dates.Written;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.report.Report;
import dev.rankine.lora.report.RunRecord;
import dev.rankine.lora.task.FineTuning;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.train.ProcessMemory;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingListener;
import dev.rankine.transformer.train.TrainingResult;
import dev.rankine.transformer.train.Warmup;
import dev.rankine.transformer.train.WeightTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The work of the demonstration: a base model from scratch on the dates of a dozen languages, then adapters for languages
 * that it has never seen. A run folder for each, the base model as a Hugging Face folder, and one report.
 */
public final class DatesDemo {
    private static final int WIDTH = 128;
    private static final int POSITIONS = 48;
    private static final Stack STACK = new Stack(2, 4, 256);
    private static final double BASE_RATE = 7e-4;
    private static final double ADAPTER_RATE = 6e-3;
    private static final Warmup WARMUP = new Warmup.Share(0.05);
    private static final double CLIP = 1;
    private static final int LOG_LINES = 100;

    /**
     * How much to do.
     *
     * @param baseSteps of the base model
     * @param adapterSteps of each adapter
     * @param batch dates in a step
     * @param tests dates to test each model on
     * @param seed of all chance
     */
    public record Settings(int baseSteps, int adapterSteps, int batch, int tests, long seed) {
        public Settings {
            if (baseSteps < 1 || adapterSteps < 1 || batch < 1 || tests < 1) {
                throw new IllegalArgumentException("steps, batch and tests must be at least 1, got " + baseSteps + ", "
                        + adapterSteps + ", " + batch + " and " + tests);
            }
        }
    }

    private final Backend backend;
    private final Settings settings;
    private final Path out;

    /** @param out where to write; must not exist */
    public DatesDemo(Backend backend, Settings settings, Path out) {
        this.backend = backend;
        this.settings = settings;
        this.out = out;
    }

    /** The methods to compare. SaLoRA's gates learn earlier and faster than the paper's: no run there is as short. */
    public static List<Method> methods() {
        return List.of(
                Methods.named("lora"),
                Methods.named("salora").with(Map.of("beta", "0.01", "gate-rate", "0.1", "start", "0.1", "end", "0.4")));
    }

    /** The data that a training uses. */
    public List<Written> data(Languages languages, Split split) {
        int steps = languages == Languages.BASE ? settings.baseSteps() : settings.adapterSteps();
        return Dates.sample(
                languages, split, split == Split.TEST ? settings.tests() : steps * settings.batch(), settings.seed());
    }

    /** Where the base model lies when {@link #trainBase} is done. */
    public Path model() {
        return out.resolve("model");
    }

    public Path report() {
        return out.resolve("report.html");
    }

    /** Trains the base model from scratch, saves it, and leaves its run folder. */
    public RunSummary trainBase(TrainingListener listener) throws IOException {
        List<TextPair> train = pairs(data(Languages.BASE, Split.TRAIN));
        CharacterVocabulary source =
                CharacterVocabulary.of(train.stream().map(TextPair::source).toList());
        CharacterVocabulary target =
                CharacterVocabulary.of(train.stream().map(TextPair::target).toList());
        TransformerSettings form = TransformerSettings.of(
                        Math.max(source.size(), target.size()), WIDTH, POSITIONS, STACK, STACK)
                .dropout(Dropouts.NONE);
        Seq2Seq task = Seq2Seq.fresh("dates", backend, form, source, target, settings.seed());
        TrainerSettings training = training(settings.baseSteps(), BASE_RATE, 2);
        RunFolder folder = RunFolder.at(out.resolve("base"), false);
        var weights = task.model().weights();
        Trainer<SequenceBatch> trainer = task.trainer(training, task.encode(train), new WeightTraining(weights, 0))
                .evaluateWith(task.accuracy(task.encode(pairs(data(Languages.BASE, Split.TEST)))))
                .listen(folder.begin(0))
                .listen(listener);
        TrainingResult result = trainer.train();
        task.save(model());
        long parameters = weights.values().stream()
                .mapToLong(weight -> weight.shape().size())
                .sum();
        RunSummary summary = new RunSummary(
                new RunSummary.Run(
                        "scratch",
                        "seq2seq",
                        "dates",
                        settings.seed(),
                        backend.name(),
                        backend.threads(),
                        training.describe()),
                result,
                new RetainedRanks(null, parameters, parameters, 1, 1, 1, Map.of()),
                ProcessMemory.peakResidentMib());
        Report.write(
                folder.report(),
                "Dates of " + Languages.BASE.tags().size() + " languages, learned from scratch",
                List.of(new RunRecord("base", summary, folder.metrics().read())));
        folder.finish(summary);
        return summary;
    }

    /** Adapts the base model to the unseen languages; the adapters stay attached. */
    public Adapted adapt(Seq2Seq base, Method method, TrainingListener listener) {
        FineTuning tuning =
                new FineTuning(base, method, training(settings.adapterSteps(), ADAPTER_RATE, 4), 0).listen(listener);
        RunFolder folder = RunFolder.at(out.resolve(method.name()), false);
        RunSummary summary = tuning.run(
                base.encode(pairs(data(Languages.UNSEEN, Split.TRAIN))),
                base.encode(pairs(data(Languages.UNSEEN, Split.TEST))),
                folder);
        return new Adapted(tuning, summary);
    }

    /** A fine-tuning that is done. */
    public record Adapted(FineTuning tuning, RunSummary summary) {}

    /** One page for both methods. */
    public void writeReport() throws IOException {
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("lora", "LoRA");
        titles.put("salora", "SaLoRA");
        List<RunRecord> records = titles.entrySet().stream()
                .map(run -> RunRecord.read(run.getValue(), out.resolve(run.getKey())))
                .toList();
        Report.write(report(), "Dates in languages never seen before", records);
    }

    private TrainerSettings training(int steps, double rate, int evaluations) {
        return TrainerSettings.of(1, settings.batch(), rate)
                .withWarmup(WARMUP)
                .withClip(CLIP)
                .withSteps(Math.max(1, steps / LOG_LINES), Math.max(1, steps / evaluations), 0)
                .withSeed(settings.seed());
    }

    /** Dates as sources, their ISO form as targets. */
    static List<TextPair> pairs(List<Written> dates) {
        return dates.stream()
                .map(written -> new TextPair(written.text(), written.iso()))
                .toList();
    }
}
