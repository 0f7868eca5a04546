package dev.rankine.lora.task;

import dev.rankine.lora.inspect.ModelForm;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.checkpoint.BertConfig;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.checkpoint.Pretrained;
import dev.rankine.transformer.data.Fingerprint;
import dev.rankine.transformer.data.ScoredTexts;
import dev.rankine.transformer.data.TextBatch;
import dev.rankine.transformer.data.TextBatcher;
import dev.rankine.transformer.data.TextExamples;
import dev.rankine.transformer.text.Tokenizer;
import dev.rankine.transformer.text.Tokens;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.Measure;
import dev.rankine.transformer.train.TextMeasure;
import dev.rankine.transformer.train.TextObjective;
import dev.rankine.transformer.train.TextScorer;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An encoder that sorts texts, or pairs of them, into classes, or gives them a score; its head begins anew with the task.
 *
 * <pre>{@code
 * TextScoring task = TextScoring.load(backend, Path.of("roberta-base"), new TextScoring.Settings(List.of("0", "1"), true, 128, 0));
 * TextScoring.Encoded train = task.encode(TextExamples.read(Path.of("MRPC/train.tsv"), Glue.MRPC.columns(), 3668));
 * }</pre>
 */
public final class TextScoring implements Task {
    public static final String CLASSIFY = "classify";
    public static final String REGRESS = "regress";

    private static final int READING_BATCH = 32;

    private final BaseModel base;
    private final Backend backend;
    private final Settings settings;
    private final Pretrained<BertConfig, BertClassifier> pretrained;
    private final Tokenizer tokenizer;
    private final TextBatcher batcher;

    /**
     * What a task needs to know.
     *
     * @param labels the classes in the order of their numbers; none for a score
     * @param pairs whether it reads two texts
     * @param maxLength tokens that longer texts are cut to, the special ones included; null for the model's positions
     * @param seed of the head's start
     */
    public record Settings(
            List<String> labels, boolean pairs, @Nullable Integer maxLength, long seed) {
        public Settings {
            labels = List.copyOf(labels);
            if (labels.size() == 1) {
                throw new IllegalArgumentException(
                        "all examples have the label '" + labels.getFirst() + "': there is nothing to tell apart");
            }
            if (labels.stream().distinct().count() < labels.size()) {
                throw new IllegalArgumentException("a label is there twice: " + String.join(", ", labels));
            }
        }

        /** What an adapter's folder says of the task. */
        public static Settings of(TaskFile file) {
            return new Settings(file.labels(), file.pairs(), file.maxLength(), 0);
        }
    }

    private TextScoring(
            BaseModel base,
            Backend backend,
            Settings settings,
            Pretrained<BertConfig, BertClassifier> pretrained,
            Tokenizer tokenizer) {
        this.base = base;
        this.backend = backend;
        this.settings = settings;
        this.pretrained = pretrained;
        this.tokenizer = tokenizer;
        this.batcher = new TextBatcher(backend, pretrained.config().padding());
    }

    /**
     * The model of a Hugging Face folder with the folder's tokenizer.
     *
     * @throws dev.rankine.transformer.checkpoint.CheckpointException if the folder is no model that can be used
     * @throws IllegalArgumentException if its tokenizer is missing or not the model's, or texts would be cut to more than
     *     the model's positions
     */
    public static TextScoring load(Backend backend, Path folder, Settings settings) {
        Tokenizer tokenizer = Tokenizer.read(folder);
        int labels = Math.max(1, settings.labels().size());
        Pretrained<BertConfig, BertClassifier> pretrained =
                Checkpoints.classifier(folder, labels, new RandomWeights(backend, DType.F32, settings.seed()));
        tokenizer.requireFits(pretrained.model().settings().body().vocabulary());
        tokenizer.special().requirePadding(pretrained.config().padding());
        int length = ReadLength.of(
                settings.maxLength(),
                Tokenizer.SHORTEST,
                pretrained.model().settings().body().maxPositions());
        return new TextScoring(BaseModel.in(folder), backend, settings, pretrained, tokenizer.cutTo(length));
    }

    @Override
    public String kind() {
        return settings.labels().isEmpty() ? REGRESS : CLASSIFY;
    }

    @Override
    public BaseModel base() {
        return base;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public BertClassifier model() {
        return pretrained.model();
    }

    @Override
    public List<String> head() {
        return model().head();
    }

    @Override
    public ModelForm form() {
        TransformerSettings body = model().settings().body();
        Stack layers = body.encoder();
        return new ModelForm(body.width(), layers.feedForward(), 0, layers.layers(), 0, false);
    }

    @Override
    public List<String> metrics() {
        return TextMeasure.metrics(labels().size());
    }

    @Override
    public TaskFile file() {
        return new TaskFile(kind(), settings.labels(), settings.pairs(), settings.maxLength(), null);
    }

    /** Tensors that the folder has not: they begin at random. */
    public List<String> fresh() {
        return pretrained.fresh();
    }

    public List<String> labels() {
        return settings.labels();
    }

    /**
     * Examples as the model reads them.
     *
     * @param task whose model that is
     * @param data with classes or scores
     * @param sources the texts; of a pair both, with a tab between them
     * @param cut how many texts were longer than the model reads
     */
    public record Encoded(TextScoring task, ScoredTexts data, List<String> sources, long cut) implements Examples {
        @Override
        public int size() {
            return data.size();
        }

        @Override
        public int longest() {
            return data.texts().stream().mapToInt(Tokens::length).max().orElse(1);
        }

        @Override
        public String fingerprint() {
            Fingerprint content = new Fingerprint();
            data.texts().forEach(text -> content.add(text.ids()).add(text.types()));
            return content.add(Arrays.stream(data.targets())
                            .mapToLong(Double::doubleToLongBits)
                            .toArray())
                    .end();
        }

        @Override
        public Trainer<TextBatch> trainer(TrainerSettings settings, Controller controller) {
            TextObjective.Loss loss =
                    task.labels().isEmpty() ? TextObjective.Loss.SQUARED_ERROR : TextObjective.Loss.CROSS_ENTROPY;
            return new Trainer<>(task.backend, settings, data, new TextObjective(task.model(), loss), controller);
        }

        @Override
        public Measure measure() {
            return new TextMeasure(task.scorer(), data, sources, task.labels());
        }
    }

    /**
     * Labelled texts as ids.
     *
     * @throws dev.rankine.transformer.data.DataException naming line and column, if a label is none of the task's
     */
    public Encoded encode(TextExamples examples) {
        List<Tokens> tokens = tokens(examples.texts());
        ScoredTexts data = settings.labels().isEmpty()
                ? ScoredTexts.ofScores(tokens, examples.scores(), batcher)
                : ScoredTexts.ofClasses(tokens, examples.classes(settings.labels()), batcher);
        List<String> sources = examples.texts().stream()
                .map(text -> text.pair() == null ? text.text() : text.text() + "\t" + text.pair())
                .toList();
        return new Encoded(
                this, data, sources, tokens.stream().filter(Tokens::cut).count());
    }

    private List<Tokens> tokens(List<TextExamples.Text> texts) {
        List<Tokens> tokens = new ArrayList<>(texts.size());
        for (TextExamples.Text text : texts) {
            String pair = text.pair();
            tokens.add(pair == null ? tokenizer.encode(text.text()) : tokenizer.encode(text.text(), pair));
        }
        return tokens;
    }

    private TextScorer scorer() {
        return new TextScorer(model(), batcher, READING_BATCH);
    }

    /**
     * What the model says of every text.
     *
     * @param answer a label, or a score as text
     * @param certainty the probability of the label by the model; of a score none
     */
    public record Answer(String answer, @Nullable Double certainty) {}

    public List<Answer> answer(List<TextExamples.Text> texts) {
        List<Answer> answers = new ArrayList<>();
        for (double[] logits : scorer().logits(tokens(texts))) {
            int largest = TextMeasure.largest(logits);
            if (settings.labels().isEmpty()) {
                answers.add(new Answer(Double.toString(logits[0]), null));
            } else {
                double sum = 0;
                for (double logit : logits) {
                    sum += Math.exp(logit - logits[largest]);
                }
                answers.add(new Answer(settings.labels().get(largest), 1 / sum));
            }
        }
        return answers;
    }
}
