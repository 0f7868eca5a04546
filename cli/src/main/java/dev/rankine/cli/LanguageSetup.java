package dev.rankine.cli;

import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.LanguageModelling;
import dev.rankine.lora.task.MaskedModelling;
import dev.rankine.lora.task.TokenExamples;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.data.Documents;
import dev.rankine.transformer.data.PromptedTexts;
import dev.rankine.transformer.data.Template;
import dev.rankine.transformer.data.TextPair;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Language modelling: whole texts, or prompts with answers where there is a template; or texts with holes.
 *
 * @param holes whether the model fills holes instead of going on
 * @param train null where nothing is trained
 */
record LanguageSetup(Path model, boolean holes, @Nullable Texts train, Texts dev, LanguageModelling.Settings settings)
        implements TaskSetup {
    /**
     * What a file holds.
     *
     * @param documents to be learnt whole; none where there are prompts
     * @param prompts with their answers
     */
    private record Texts(DataSource source, List<String> documents, List<TextPair> prompts) {
        List<String> rows() {
            return prompts.isEmpty()
                    ? documents
                    : prompts.stream()
                            .map(pair -> pair.source() + "\t" + pair.target())
                            .toList();
        }
    }

    /**
     * How files are read.
     *
     * @param column of the texts in files with columns; null for the usual one
     * @param header whether their first line names the columns
     * @param separator between the texts of other files; null where each is one text
     * @param template with the names of the files' columns; null where texts stand for themselves
     */
    record Reading(
            @Nullable String column,
            boolean header,
            @Nullable String separator,
            @Nullable Template template) {
        private static final String USUAL = "text";

        Reading {
            if (template != null && (column != null || separator != null)) {
                throw new UsageException(
                        "--template names the columns itself: drop --text-column and --separator, or it");
            }
        }

        private Texts read(DataSource source) {
            Path file = source.file();
            if (template != null) {
                return new Texts(source, List.of(), PromptedTexts.read(file, template, header, source.limit()));
            }
            if (!Documents.isTable(file)) {
                if (column != null || !header) {
                    throw new UsageException(file + " has no columns, since it is no .tsv, .csv or .jsonl file: drop"
                            + " --text-column and --no-header");
                }
                return new Texts(source, Documents.ofText(file, separator, source.limit()), List.of());
            }
            if (separator != null) {
                throw new UsageException(file + " has a text in every row: drop --separator");
            }
            String name = column == null ? USUAL : column;
            return new Texts(source, Documents.ofColumn(file, name, header, source.limit()), List.of());
        }
    }

    static LanguageSetup read(
            Path model,
            boolean holes,
            @Nullable DataSource train,
            DataSource dev,
            Reading reading,
            LanguageModelling.Settings settings) {
        return new LanguageSetup(model, holes, train == null ? null : reading.read(train), reading.read(dev), settings);
    }

    @Override
    public List<String> trainRows() {
        return train == null ? List.of() : train.rows();
    }

    @Override
    public List<String> devRows() {
        return dev.rows();
    }

    /** Warns of what the model's configuration says and nobody here knows, and says what begins at random. */
    @Override
    public LoadedTask<?> load(Backend backend, Console console, long seed) {
        if (holes) {
            MaskedModelling task = MaskedModelling.load(backend, model, settings.maxLength());
            TaskSetup.sayFresh(task.fresh(), model, console);
            return new LoadedTask<>(task, train, dev, texts -> task.encode(texts.documents, texts.source.limit()));
        }
        LanguageModelling task = LanguageModelling.load(backend, model, settings);
        TaskSetup.warnOfUnknown(task.unknownKeys(), model, console);
        return new LoadedTask<>(task, train, dev, texts -> encode(task, texts, console));
    }

    private static Examples encode(LanguageModelling task, Texts texts, Console console) {
        if (texts.prompts.isEmpty()) {
            return task.encode(texts.documents, texts.source.limit());
        }
        TokenExamples encoded = task.encodePrompts(texts.prompts);
        if (encoded.cut() > 0) {
            console.warn(
                    texts.source.file() + ": " + encoded.cut() + " of " + encoded.size() + " answers lost their end");
        }
        return encoded;
    }
}
