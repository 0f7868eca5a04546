package dev.rankine.lora.task;

import dev.rankine.lora.inspect.ModelForm;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.checkpoint.BartConfig;
import dev.rankine.transformer.checkpoint.Checkpoint;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.LengthLimit;
import dev.rankine.transformer.data.PairEncoder;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.data.SequencePairs;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.decode.GreedyDecoder;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.text.UnknownCharacters;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.Measure;
import dev.rankine.transformer.train.Outcome;
import dev.rankine.transformer.train.Predictor;
import dev.rankine.transformer.train.Seq2SeqObjective;
import dev.rankine.transformer.train.SequenceAccuracy;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * An encoder-decoder that reads and writes text character by character.
 *
 * <pre>{@code
 * Seq2Seq task = Seq2Seq.load(backend, Path.of("bart_g2p_us"));
 * AdaptedModel adapted = Methods.named("salora").attach(task.model(), new Method.Run(0, 0));
 * task.trainer(TrainerSettings.of(10, 64, 2e-3), task.encode(pairs), adapted.controller()).train();
 * System.out.println(task.write(List.of("thermodynamics")));
 * }</pre>
 */
public final class Seq2Seq implements Task {
    /** What the command line calls it. */
    public static final String KIND = "seq2seq";

    /** The keys of a checkpoint's configuration that hold the characters of sources and targets. */
    public static final String SOURCE_CHARACTERS = "grapheme_chars";

    public static final String TARGET_CHARACTERS = "phoneme_chars";

    private static final int DECODING_BATCH = 128;

    private final BaseModel base;
    private final Backend backend;
    private final Checkpoint checkpoint;
    private final CharacterVocabulary source;
    private final CharacterVocabulary target;
    private final SequenceBatcher batcher;
    private final ScopePool memory;

    private Seq2Seq(BaseModel base, Backend backend, Checkpoint checkpoint) {
        BartConfig config = checkpoint.config();
        this.base = base;
        this.backend = backend;
        this.checkpoint = checkpoint;
        this.source = vocabulary(config, SOURCE_CHARACTERS);
        this.target = vocabulary(config, TARGET_CHARACTERS);
        this.batcher = new SequenceBatcher(
                backend, config.symbols().padding(), config.symbols().decoderStart(), 1);
        this.memory = new ScopePool(backend);
    }

    /**
     * The model of a Hugging Face folder.
     *
     * @throws dev.rankine.transformer.checkpoint.CheckpointException if the folder is no model that can be used
     * @throws IllegalArgumentException if its configuration lists no characters
     */
    public static Seq2Seq load(Backend backend, Path folder) {
        Checkpoint checkpoint = Checkpoints.load(folder, backend);
        return new Seq2Seq(BaseModel.in(folder), backend, checkpoint);
    }

    /** A model that begins at random; its name is for summaries. */
    public static Seq2Seq fresh(
            String name,
            Backend backend,
            TransformerSettings settings,
            CharacterVocabulary source,
            CharacterVocabulary target,
            long seed) {
        var symbols = new BartConfig.Symbols(
                (int) CharacterVocabulary.PADDING, (int) CharacterVocabulary.START, (int) CharacterVocabulary.END, (int)
                        CharacterVocabulary.START);
        BartConfig config = BartConfig.of(settings, symbols)
                .with(SOURCE_CHARACTERS, source.characters())
                .with(TARGET_CHARACTERS, target.characters());
        Bart model = new Bart(settings, new RandomWeights(backend, DType.F32, seed));
        return new Seq2Seq(BaseModel.at(name), backend, new Checkpoint(config, model));
    }

    /** Writes the model, without adapters, as a Hugging Face folder. */
    public void save(Path folder) {
        Checkpoints.save(folder, checkpoint);
    }

    private static CharacterVocabulary vocabulary(BartConfig config, String key) {
        String characters = config.text(key)
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "config.json has no '" + key
                                        + "': models with another tokenizer than a list of characters cannot be used for this task yet"));
        CharacterVocabulary vocabulary = new CharacterVocabulary(characters);
        if (vocabulary.size() > config.settings().vocabulary()) {
            throw new IllegalArgumentException("config.json: '" + key + "' lists " + vocabulary.size()
                    + " symbols, the model has " + config.settings().vocabulary());
        }
        requireSymbol("pad_token_id", config.symbols().padding(), CharacterVocabulary.PADDING);
        requireSymbol("bos_token_id", config.symbols().start(), CharacterVocabulary.START);
        requireSymbol("eos_token_id", config.symbols().end(), CharacterVocabulary.END);
        return vocabulary;
    }

    private static void requireSymbol(String key, int id, long expected) {
        if (id != expected) {
            throw new IllegalArgumentException(
                    "config.json: '" + key + "' is " + id + "; with a vocabulary of characters it must be " + expected);
        }
    }

    @Override
    public String kind() {
        return KIND;
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
    public ModelForm form() {
        return ModelForm.of(model().settings());
    }

    @Override
    public TaskFile file() {
        return TaskFile.of(KIND);
    }

    @Override
    public Bart model() {
        return checkpoint.model();
    }

    /** The keys of the configuration that nobody here knows. */
    public List<String> unknownKeys() {
        return config().unknownKeys();
    }

    private BartConfig config() {
        return checkpoint.config();
    }

    /** The longest sequence that fits, with its start and end symbols. */
    public int longest() {
        return config().settings().maxPositions();
    }

    /**
     * Text as the model reads it.
     *
     * @param task whose model that is
     * @param pairs as ids, with start and end symbols
     * @param unknownInSources characters that became the unknown symbol
     * @param unknownInTargets likewise
     * @param truncated how many pairs were cut
     */
    public record Encoded(
            Seq2Seq task,
            List<SequencePair> pairs,
            UnknownCharacters unknownInSources,
            UnknownCharacters unknownInTargets,
            int truncated)
            implements Examples {
        @Override
        public int size() {
            return pairs.size();
        }

        @Override
        public int longest() {
            return pairs.stream()
                    .mapToInt(pair -> Math.max(pair.sourceLength(), pair.targetLength()))
                    .max()
                    .orElse(1);
        }

        @Override
        public Trainer<SequenceBatch> trainer(TrainerSettings settings, Controller controller) {
            return task.trainer(settings, this, controller);
        }

        @Override
        public Measure measure() {
            SequenceAccuracy accuracy = task.accuracy(this);
            return new Measure() {
                @Override
                public Map<String, Double> evaluate() {
                    return accuracy.evaluate();
                }

                @Override
                public List<Outcome> outcomes() {
                    return task.outcomes(accuracy);
                }
            };
        }
    }

    /**
     * Pairs of text as ids.
     *
     * @throws IllegalArgumentException if a pair is longer than the model's positions
     */
    public Encoded encode(List<TextPair> pairs) {
        return encode(pairs, new LengthLimit(longest(), LengthLimit.TooLong.REFUSE));
    }

    /** Pairs of text as ids, those that are too long dealt with as the limit says. */
    public Encoded encode(List<TextPair> pairs, LengthLimit limit) {
        PairEncoder encoder = new PairEncoder(source, target);
        LengthLimit.Fitted fitted = limit.apply(encoder.encode(pairs));
        return new Encoded(
                this, fitted.pairs(), encoder.unknownInSources(), encoder.unknownInTargets(), fitted.truncated());
    }

    /** What trains this model, or the adapters on it, on some pairs. */
    public Trainer<SequenceBatch> trainer(TrainerSettings settings, Encoded data, Controller controller) {
        return new Trainer<>(
                backend, settings, new SequencePairs(data.pairs(), batcher), new Seq2SeqObjective(model()), controller);
    }

    /** Measures {@code exact} and {@code error_rate} of what the model writes for some pairs. */
    public SequenceAccuracy accuracy(Encoded data) {
        return new SequenceAccuracy(predictor(), batcher, data.pairs(), DECODING_BATCH);
    }

    /** What the last evaluation saw, example by example, as text. */
    public List<Outcome> outcomes(SequenceAccuracy accuracy) {
        return accuracy.outcomes(source::decode, target::decode);
    }

    /** What the model writes for each source, by greedy decoding. */
    public List<String> write(List<String> sources) {
        return write(sources, new UnknownCharacters());
    }

    /** @param unknown counts the characters that the model does not know */
    public List<String> write(List<String> sources, UnknownCharacters unknown) {
        List<String> written = new ArrayList<>(sources.size());
        Predictor predictor = predictor();
        for (int from = 0; from < sources.size(); from += DECODING_BATCH) {
            List<String> some = sources.subList(from, Math.min(from + DECODING_BATCH, sources.size()));
            List<long[]> ids =
                    some.stream().map(text -> encodeSource(text, unknown)).toList();
            SequenceBatcher.Padded input = batcher.pad(ids);
            predictor.predict(input.ids(), input.mask()).forEach(symbols -> written.add(decode(symbols)));
        }
        return written;
    }

    /** Counts the characters of sources that the model does not know. */
    public void countUnknown(List<String> sources, UnknownCharacters unknown) {
        sources.forEach(text -> source.encode(text, unknown));
    }

    private long[] encodeSource(String text, UnknownCharacters unknown) {
        long[] ids = source.encode(text, unknown);
        if (ids.length > longest()) {
            throw new IllegalArgumentException("'" + text + "' has " + ids.length
                    + " symbols with start and end, the model has positions for " + longest());
        }
        return ids;
    }

    private String decode(long[] symbols) {
        return target.decode(Arrays.stream(symbols)
                .takeWhile(id -> id != CharacterVocabulary.END)
                .toArray());
    }

    private Predictor predictor() {
        GreedyDecoder decoder = new GreedyDecoder(
                new GreedyDecoder.Settings(
                        config().symbols().decoderStart(),
                        config().symbols().end(),
                        config().symbols().padding(),
                        longest()),
                memory);
        return (Tensor ids, Tensor mask) -> Arrays.asList(decoder.decode(model(), ids, mask));
    }
}
