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
import dev.rankine.transformer.checkpoint.GenerationConfig;
import dev.rankine.transformer.data.Fingerprint;
import dev.rankine.transformer.data.LengthLimit;
import dev.rankine.transformer.data.PairEncoder;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.data.SequencePairs;
import dev.rankine.transformer.data.Template;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.decode.Ending;
import dev.rankine.transformer.decode.Generator;
import dev.rankine.transformer.decode.Search;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.text.SubWords;
import dev.rankine.transformer.text.TextCodec;
import dev.rankine.transformer.text.UnknownCharacters;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.Measure;
import dev.rankine.transformer.train.Outcome;
import dev.rankine.transformer.train.OverlapMeasure;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An encoder-decoder that reads and writes text, character by character or in sub-words.
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
    private final TextCodec source;
    private final TextCodec target;
    private final Writing writing;
    private final @Nullable Template template;
    private final SequenceBatcher batcher;
    private final ScopePool memory;

    /** How the decoder begins, and what ends a row whatever the model says. */
    private record Writing(
            long start,
            Set<Long> ends,
            @Nullable Long first,
            @Nullable Long last) {
        /** With characters a row ends by its end symbol or with the model's places. */
        static Writing ofCharacters(BartConfig config) {
            return new Writing(
                    config.symbols().decoderStart(),
                    Set.of((long) config.symbols().end()),
                    null,
                    null);
        }

        static Writing of(GenerationConfig says, BartConfig config) {
            Set<Long> ends = says.ends().stream().map(Integer::longValue).collect(Collectors.toSet());
            return new Writing(
                    says.start() == null ? config.symbols().decoderStart() : says.start(),
                    ends.isEmpty() ? Set.of((long) config.symbols().end()) : ends,
                    says.first() == null ? null : says.first().longValue(),
                    says.last() == null ? null : says.last().longValue());
        }
    }

    private Seq2Seq(
            BaseModel base,
            Backend backend,
            Checkpoint checkpoint,
            Codecs codecs,
            Writing writing,
            @Nullable Template template) {
        BartConfig config = checkpoint.config();
        this.base = base;
        this.backend = backend;
        this.checkpoint = checkpoint;
        this.source = codecs.source();
        this.target = codecs.target();
        this.writing = writing;
        this.template = template;
        this.batcher = new SequenceBatcher(backend, config.symbols().padding(), writing.start());
        this.memory = new ScopePool(backend);
    }

    /**
     * The model of a Hugging Face folder, which spells by the characters that its configuration lists, or else by its
     * tokenizer.
     *
     * @throws dev.rankine.transformer.checkpoint.CheckpointException if the folder is no model that can be used
     * @throws IllegalArgumentException if it has neither, or they do not fit the model
     */
    public static Seq2Seq load(Backend backend, Path folder) {
        return load(backend, folder, null);
    }

    /** The same for sources that are prompts, put together by a template that is kept with what is trained. */
    public static Seq2Seq load(Backend backend, Path folder, @Nullable Template template) {
        Checkpoint checkpoint = Checkpoints.load(folder, backend);
        BartConfig config = checkpoint.config();
        Codecs codecs = Codecs.in(folder, config);
        Writing writing = codecs.source() instanceof SubWords
                ? Writing.of(GenerationConfig.in(folder, config.settings().vocabulary()), config)
                : Writing.ofCharacters(config);
        return new Seq2Seq(BaseModel.in(folder), backend, checkpoint, codecs, writing, template);
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
        return new Seq2Seq(
                BaseModel.at(name),
                backend,
                new Checkpoint(config, model),
                Codecs.ofCharacters(config),
                Writing.ofCharacters(config),
                null);
    }

    /** Writes the model, without adapters, as a Hugging Face folder. */
    public void save(Path folder) {
        Checkpoints.save(folder, checkpoint);
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
    public List<String> metrics() {
        List<String> exact = List.of(SequenceAccuracy.EXACT, SequenceAccuracy.ERROR_RATE);
        return target instanceof SubWords
                ? Stream.concat(OverlapMeasure.METRICS.stream(), exact.stream()).toList()
                : exact;
    }

    @Override
    public TaskFile file() {
        return TaskFile.of(KIND, null, template == null ? null : template.text());
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
        public String fingerprint() {
            Fingerprint content = new Fingerprint();
            pairs.forEach(pair -> content.add(pair.source()).add(pair.target()));
            return content.end();
        }

        @Override
        public Trainer<SequenceBatch> trainer(TrainerSettings settings, Controller controller) {
            return task.trainer(settings, this, controller);
        }

        @Override
        public Measure measure() {
            SequenceAccuracy accuracy = task.accuracy(this);
            Measure exact = new Measure() {
                @Override
                public Map<String, Double> evaluate() {
                    return accuracy.evaluate();
                }

                @Override
                public List<Outcome> outcomes() {
                    return task.outcomes(accuracy);
                }
            };
            return task.target instanceof SubWords ? new OverlapMeasure(exact) : exact;
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
        SequenceBatcher padding = backend.isDevice() ? batcher.ofFewShapes(data.pairs()) : batcher;
        return new Trainer<>(
                backend, settings, new SequencePairs(data.pairs(), padding), new Seq2SeqObjective(model()), controller);
    }

    /** Measures {@code exact} and {@code error_rate} of what the model writes for some pairs. */
    public SequenceAccuracy accuracy(Encoded data) {
        return new SequenceAccuracy(
                predictor(new Search.Greedy(), longest()), batcher, data.pairs(), target, DECODING_BATCH);
    }

    /** What the last evaluation saw, example by example, as text. */
    public List<Outcome> outcomes(SequenceAccuracy accuracy) {
        return accuracy.outcomes(source::decode);
    }

    /** What the model writes for each source, by greedy decoding. */
    public List<String> write(List<String> sources) {
        return write(sources, new Search.Greedy(), null);
    }

    /**
     * The same by any search.
     *
     * @param most symbols that are written at most; null for as many as the model has places for
     */
    public List<String> write(List<String> sources, Search search, @Nullable Integer most) {
        List<String> written = new ArrayList<>(sources.size());
        for (int from = 0; from < sources.size(); from += DECODING_BATCH) {
            Predictor predictor = predictor(search.from(from), most == null ? longest() : Math.min(most, longest()));
            List<String> some = sources.subList(from, Math.min(from + DECODING_BATCH, sources.size()));
            List<long[]> ids = some.stream().map(this::encodeSource).toList();
            SequenceBatcher.Padded input = batcher.pad(ids);
            predictor.predict(input.ids(), input.mask()).forEach(symbols -> written.add(decode(symbols)));
        }
        return written;
    }

    /** Counts the characters of sources that the model does not know. */
    public void countUnknown(List<String> sources, UnknownCharacters unknown) {
        sources.forEach(text -> source.encode(text, unknown));
    }

    private long[] encodeSource(String text) {
        long[] ids = source.encode(text, new UnknownCharacters());
        if (ids.length > longest()) {
            throw new IllegalArgumentException("'" + text + "' has " + ids.length
                    + " symbols with start and end, the model has positions for " + longest());
        }
        return ids;
    }

    private String decode(long[] symbols) {
        return target.decode(Arrays.stream(symbols)
                .takeWhile(id -> !writing.ends().contains(id))
                .toArray());
    }

    private Predictor predictor(Search search, int most) {
        Ending ending = new Ending(writing.ends(), config().symbols().padding(), most, writing.first(), writing.last());
        Generator writer = new Generator(search, ending, memory);
        return (Tensor ids, Tensor mask) -> Arrays.asList(writer.write(model(), writing.start(), ids, mask));
    }
}
