package dev.rankine.lora.task;

import dev.rankine.autograd.GradientMode;
import dev.rankine.lora.inspect.ModelForm;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.BertMaskedLanguageModel;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.checkpoint.BertConfig;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.checkpoint.Pretrained;
import dev.rankine.transformer.data.HiddenTokens;
import dev.rankine.transformer.data.LabelledTokens;
import dev.rankine.transformer.data.TokenTexts;
import dev.rankine.transformer.text.Tokenizer;
import dev.rankine.transformer.train.PerplexityMeasure;
import dev.rankine.transformer.train.TextMeasure;
import dev.rankine.transformer.train.TokenObjective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** An encoder that fills holes in texts. */
public final class MaskedModelling implements Task {
    /** What the command line calls it. */
    public static final String KIND = "mlm";

    /** The symbols around a text, and one to hide. */
    private static final int SHORTEST = 3;

    private final BaseModel base;
    private final Backend backend;
    private final ModelForm form;
    private final @Nullable Integer maxLength;
    private final int longest;
    private final Pretrained<BertConfig, BertMaskedLanguageModel> pretrained;
    private final Tokenizer tokenizer;
    private final long first;
    private final long last;
    private final long mask;

    private MaskedModelling(
            Path folder,
            Backend backend,
            @Nullable Integer maxLength,
            int longest,
            Pretrained<BertConfig, BertMaskedLanguageModel> pretrained,
            Tokenizer tokenizer) {
        this.base = BaseModel.in(folder);
        this.backend = backend;
        this.form = ModelForm.read(folder);
        this.maxLength = maxLength;
        this.longest = longest;
        this.pretrained = pretrained;
        this.tokenizer = tokenizer;
        this.first = required("begins a text", tokenizer.special().first());
        this.last = required("ends a text", tokenizer.special().separator());
        this.mask = required("hides another", tokenizer.special().mask());
    }

    private static long required(String what, OptionalLong id) {
        return id.orElseThrow(() -> new IllegalArgumentException("the tokenizer has no symbol that " + what));
    }

    /**
     * The model of a Hugging Face folder with the folder's tokenizer.
     *
     * @param maxLength symbols that are read at once, the special ones included; null for the model's positions
     * @throws dev.rankine.transformer.checkpoint.CheckpointException if the folder is no model that can be used
     * @throws IllegalArgumentException if its tokenizer is missing or not the model's, or texts would be longer than the
     *     model's positions
     */
    public static MaskedModelling load(Backend backend, Path folder, @Nullable Integer maxLength) {
        Tokenizer tokenizer = Tokenizer.read(folder);
        Pretrained<BertConfig, BertMaskedLanguageModel> pretrained =
                Checkpoints.maskedLanguageModel(folder, new RandomWeights(backend, DType.F32, 0));
        tokenizer.requireFits(pretrained.model().settings().body().vocabulary());
        tokenizer.special().requirePadding(pretrained.config().padding());
        int longest = ReadLength.of(
                maxLength, SHORTEST, pretrained.model().settings().body().maxPositions());
        return new MaskedModelling(folder, backend, maxLength, longest, pretrained, tokenizer);
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
    public BertMaskedLanguageModel model() {
        return pretrained.model();
    }

    @Override
    public ModelForm form() {
        return form;
    }

    @Override
    public List<String> metrics() {
        return PerplexityMeasure.METRICS;
    }

    @Override
    public TaskFile file() {
        return TaskFile.of(KIND, maxLength, null);
    }

    /** Tensors that the folder has not: they begin at random. */
    public List<String> fresh() {
        return pretrained.fresh();
    }

    /**
     * Texts with holes, those that are longer than what is read at once in blocks.
     *
     * @param limit how many blocks at most
     */
    public TokenExamples encode(List<String> documents, int limit) {
        int vocabulary = model().settings().body().vocabulary();
        HiddenTokens holes = new HiddenTokens(mask, vocabulary);
        List<LabelledTokens> texts = new ArrayList<>();
        List<PerplexityMeasure.Text> written = new ArrayList<>();
        for (String document : documents) {
            long[] symbols = tokenizer.encodePlain(document).ids();
            for (int from = 0; from < symbols.length && texts.size() < limit; from += longest - 2) {
                long[] block = around(Arrays.copyOfRange(symbols, from, Math.min(symbols.length, from + longest - 2)));
                LabelledTokens text = holes.of(block, id -> id == first || id == last, texts.size());
                texts.add(text);
                written.add(new PerplexityMeasure.Text(tokenizer.decode(text.ids()), tokenizer.decode(block)));
            }
        }
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("the texts have no symbols: nothing can be learnt");
        }
        TokenTexts data = new TokenTexts(texts, backend, pretrained.config().padding());
        return new TokenExamples(
                this, TokenObjective.masked(model()), data, written, TokenExamples.placesAtOnce(vocabulary), 0);
    }

    private long[] around(long[] symbols) {
        long[] whole = new long[symbols.length + 2];
        whole[0] = first;
        System.arraycopy(symbols, 0, whole, 1, symbols.length);
        whole[whole.length - 1] = last;
        return whole;
    }

    /**
     * Every text with its holes filled by the symbol of the highest score.
     *
     * @throws IllegalArgumentException if a text is longer than the model's positions
     */
    public List<String> fill(List<String> texts) {
        ScopePool memory = new ScopePool(backend);
        return texts.stream().map(text -> fill(text, memory)).toList();
    }

    private String fill(String text, ScopePool memory) {
        long[] ids = tokenizer.encode(text).ids();
        int positions = model().settings().body().maxPositions();
        if (ids.length > positions) {
            throw new IllegalArgumentException("'" + text + "' has " + ids.length
                    + " symbols with start and end, the model has positions for " + positions);
        }
        long[] holes = LongStream.range(0, ids.length)
                .filter(i -> ids[(int) i] == mask)
                .toArray();
        try (GradientMode.Guard _ = GradientMode.noGrad();
                Scope _ = memory.open()) {
            Tensor symbols = Tensor.ofLongs(backend, Shape.of(1, ids.length), ids);
            Tensor seen = Tensor.zeros(backend, DType.F32, symbols.shape());
            backend.fill(seen, 1);
            Tensor places = Tensor.ofLongs(backend, Shape.of(holes.length), holes);
            double[] scores = model().logitsAt(places, symbols, seen, null, Pass.inference())
                    .data()
                    .toDoubles();
            int vocabulary = model().settings().body().vocabulary();
            for (int i = 0; i < holes.length; i++) {
                ids[(int) holes[i]] =
                        TextMeasure.largest(Arrays.copyOfRange(scores, i * vocabulary, (i + 1) * vocabulary));
            }
        }
        return tokenizer.decode(ids);
    }
}
