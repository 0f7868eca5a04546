package dev.rankine.lora.task;

import dev.rankine.lora.inspect.ModelForm;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.ScopePool;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.checkpoint.DecoderConfig;
import dev.rankine.transformer.checkpoint.Pretrained;
import dev.rankine.transformer.data.LabelledTokens;
import dev.rankine.transformer.data.NextTokens;
import dev.rankine.transformer.data.Template;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.data.TokenTexts;
import dev.rankine.transformer.decode.Ending;
import dev.rankine.transformer.decode.Generator;
import dev.rankine.transformer.decode.Search;
import dev.rankine.transformer.text.Tokenizer;
import dev.rankine.transformer.train.PerplexityMeasure;
import dev.rankine.transformer.train.TokenObjective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A decoder that goes on with texts: it learns from whole texts, or from prompts with their answers.
 *
 * <pre>{@code
 * LanguageModelling task = LanguageModelling.load(backend, Path.of("gpt2"), new LanguageModelling.Settings(256, null));
 * TokenExamples train = task.encode(Documents.ofText(Path.of("sonnets.txt"), null, Integer.MAX_VALUE), Integer.MAX_VALUE);
 * System.out.println(task.write(List.of("Shall I compare"), new Search.Greedy(), 40));
 * }</pre>
 */
public final class LanguageModelling implements Task {
    /** What the command line calls it. */
    public static final String KIND = "lm";

    /** A symbol and the one that follows. */
    private static final int SHORTEST = 2;

    private static final int USUAL_ANSWER = 64;
    private static final int WRITING_BATCH = 16;

    private final BaseModel base;
    private final Backend backend;
    private final ModelForm form;
    private final Settings settings;
    private final int longest;
    private final Pretrained<DecoderConfig, DecoderOnly> pretrained;
    private final Tokenizer tokenizer;
    private final ScopePool memory;

    /**
     * What a task needs to know.
     *
     * @param maxLength symbols that are read at once; null for the model's places
     * @param template how prompts are put together; null where texts stand for themselves
     */
    public record Settings(
            @Nullable Integer maxLength, @Nullable Template template) {
        /** What an adapter's folder says of the task. */
        public static Settings of(TaskFile file) {
            return new Settings(file.maxLength(), file.promptTemplate());
        }
    }

    private LanguageModelling(
            BaseModel base,
            Backend backend,
            ModelForm form,
            Settings settings,
            int longest,
            Pretrained<DecoderConfig, DecoderOnly> pretrained,
            Tokenizer tokenizer) {
        this.base = base;
        this.backend = backend;
        this.form = form;
        this.settings = settings;
        this.longest = longest;
        this.pretrained = pretrained;
        this.tokenizer = tokenizer;
        this.memory = new ScopePool(backend);
    }

    /**
     * The model of a Hugging Face folder with the folder's tokenizer.
     *
     * @throws dev.rankine.transformer.checkpoint.CheckpointException if the folder is no model that can be used
     * @throws IllegalArgumentException if its tokenizer is missing or not the model's, or texts would be longer than the
     *     model's places
     */
    public static LanguageModelling load(Backend backend, Path folder, Settings settings) {
        Tokenizer tokenizer = Tokenizer.read(folder);
        Pretrained<DecoderConfig, DecoderOnly> pretrained = Checkpoints.languageModel(folder, backend);
        DecoderConfig config = pretrained.config();
        tokenizer.requireFits(pretrained.model().vocabulary());
        tokenizer.special().requireStart(config.start());
        tokenizer.special().requireEnd(config.ends());
        int longest =
                ReadLength.of(settings.maxLength(), SHORTEST, pretrained.model().longest());
        return new LanguageModelling(
                BaseModel.in(folder), backend, ModelForm.read(folder), settings, longest, pretrained, tokenizer);
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
    public DecoderOnly model() {
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
        Template template = settings.template();
        return TaskFile.of(KIND, settings.maxLength(), template == null ? null : template.text());
    }

    /** The keys of the configuration that nobody here knows. */
    public List<String> unknownKeys() {
        return pretrained.config().unknownKeys();
    }

    // ---- learning ----

    /**
     * Texts, those that are longer than what is read at once in blocks. The model's symbols for the start and the end
     * of a text stand around each.
     *
     * @param limit how many blocks at most
     * @throws IllegalArgumentException if no text has a symbol to predict
     */
    public TokenExamples encode(List<String> documents, int limit) {
        List<LabelledTokens> blocks = new ArrayList<>();
        for (String document : documents) {
            blocks.addAll(NextTokens.blocks(joined(start(), text(document), end()), longest));
            if (blocks.size() >= limit) {
                break;
            }
        }
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("the texts have no symbol that follows another: nothing can be learnt");
        }
        List<LabelledTokens> kept = blocks.subList(0, Math.min(limit, blocks.size()));
        List<PerplexityMeasure.Text> written = kept.stream()
                .map(block -> new PerplexityMeasure.Text("", tokenizer.decode(block.targets())))
                .toList();
        return examples(kept, written, 0);
    }

    /**
     * Prompts as {@link PerplexityMeasure.Text#source}, of whose answers alone the model learns. Prompt and answer become
     * ids apart, so that the model meets the prompts that it will be given.
     *
     * @throws IllegalArgumentException naming the example, if a prompt leaves no room for an answer
     */
    public TokenExamples encodePrompts(List<TextPair> pairs) {
        List<LabelledTokens> texts = new ArrayList<>();
        long cut = 0;
        for (int i = 0; i < pairs.size(); i++) {
            long[] prompt = joined(start(), text(pairs.get(i).source()));
            long[] answer = joined(text(pairs.get(i).target()), end());
            try {
                texts.add(NextTokens.answer(prompt, answer, longest));
            } catch (IllegalArgumentException refused) {
                throw new IllegalArgumentException("example " + (i + 1) + ": " + refused.getMessage(), refused);
            }
            cut += prompt.length + answer.length - 1 > longest ? 1 : 0;
        }
        List<PerplexityMeasure.Text> written = pairs.stream()
                .map(pair -> new PerplexityMeasure.Text(pair.source(), pair.target()))
                .toList();
        return examples(texts, written, cut);
    }

    private TokenExamples examples(List<LabelledTokens> texts, List<PerplexityMeasure.Text> written, long cut) {
        Integer padding = pretrained.config().padding();
        TokenTexts data = new TokenTexts(texts, backend, padding == null ? 0 : padding);
        int places = TokenExamples.placesAtOnce(model().vocabulary());
        return new TokenExamples(this, TokenObjective.causal(model()), data, written, places, cut);
    }

    private long[] text(String text) {
        return tokenizer.encodePlain(text).ids();
    }

    private long[] start() {
        Integer start = pretrained.config().start();
        return start == null ? new long[0] : new long[] {start};
    }

    private long[] end() {
        List<Integer> ends = pretrained.config().ends();
        return ends.isEmpty() ? new long[0] : new long[] {ends.getFirst()};
    }

    private static long[] joined(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(LongStream::of).toArray();
    }

    // ---- writing ----

    /**
     * How the model goes on with each prompt, which is left out.
     *
     * @param most symbols that are written at most; null for {@value #USUAL_ANSWER}, or fewer where no more fit
     * @throws IllegalArgumentException if a prompt is empty, or too long for the model with what is to be written
     */
    public List<String> write(List<String> prompts, Search search, @Nullable Integer most) {
        List<String> written = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += WRITING_BATCH) {
            List<String> some = prompts.subList(from, Math.min(from + WRITING_BATCH, prompts.size()));
            List<long[]> ids =
                    some.stream().map(prompt -> joined(start(), text(prompt))).toList();
            int longest = ids.stream().mapToInt(prompt -> prompt.length).max().orElse(1);
            int steps = most == null ? Math.clamp(model().longest() + 1L - longest, 1, USUAL_ANSWER) : most;
            Ending ending = new Ending(
                    pretrained.config().ends().stream().map(Integer::longValue).collect(Collectors.toSet()), 0, steps);
            long[][] answers = new Generator(search.from(from), ending, memory).write(model(), ids);
            for (int i = 0; i < answers.length; i++) {
                long[] answer = Arrays.stream(answers[i])
                        .takeWhile(id -> !ending.ends().contains(id))
                        .toArray();
                written.add(continued(ids.get(i), answer));
            }
        }
        return written;
    }

    /** An answer is a text of its own; the continuation of a text keeps the space before its first word. */
    private String continued(long[] prompt, long[] answer) {
        if (settings.template() == null) {
            String before = tokenizer.decode(prompt);
            String whole = tokenizer.decode(joined(prompt, answer));
            if (whole.startsWith(before)) {
                return whole.substring(before.length());
            }
        }
        return tokenizer.decode(answer);
    }
}
