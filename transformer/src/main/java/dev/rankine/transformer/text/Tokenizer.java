package dev.rankine.transformer.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sub-words as a Hugging Face folder defines them: text to ids and back, by Hugging Face's own library. Nothing is ever
 * downloaded: its native part comes inside the jar, and what the library would fetch besides is switched off.
 *
 * <pre>{@code
 * Tokenizer tokenizer = Tokenizer.read(Path.of("roberta-base"));
 * tokenizer.encode("Who is it?", "Nobody.").ids(); // <s> Who is it ? </s> </s> Nobody . </s>
 * }</pre>
 */
public final class Tokenizer {
    /** What a text is cut to at least: room for the special tokens and one of its own. */
    public static final int SHORTEST = 4;

    /** With it the library looks for nothing outside its jar, calls nobody, and takes the processor's native part. */
    private static final String OFFLINE = "ai.djl.offline";

    /** Gives native memory back. */
    private static final Cleaner CLEANER = Cleaner.create();

    private final Path source;
    private final ObjectNode definition;
    private final HuggingFaceTokenizer library;
    private final SpecialTokens special;
    private final SearchCost cost;
    private final int size;

    private Tokenizer(Path source, ObjectNode definition, SpecialTokens special) {
        this.source = source;
        this.definition = definition;
        this.special = special;
        this.size = largestId(definition) + 1;
        TokenizerRules.check(definition);
        this.cost = new SearchCost(definition.path("normalizer"), definition.path("pre_tokenizer"));
        HuggingFaceTokenizer opened = open(definition);
        this.library = opened;
        CLEANER.register(this, opened::close);
    }

    private static HuggingFaceTokenizer open(ObjectNode definition) {
        if (System.getProperty(OFFLINE) == null) {
            System.setProperty(OFFLINE, "true");
        }
        // the library's own switches would pad and cut by what it knows of popular models
        Map<String, String> options = Map.of(
                "padding", "false",
                "truncation", Boolean.toString(definition.hasNonNull(TokenizerFiles.TRUNCATION)),
                "modelMaxLength", Integer.toString(Integer.MAX_VALUE));
        byte[] json = definition.toString().getBytes(StandardCharsets.UTF_8);
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * The tokenizer of a folder: {@code tokenizer.json}, or {@code vocab.json} with {@code merges.txt}, or {@code vocab.txt}.
     *
     * @throws IllegalArgumentException naming the file, if there is none or it cannot be understood
     */
    public static Tokenizer read(Path folder) {
        TokenizerFiles files = TokenizerFiles.in(folder);
        try {
            return new Tokenizer(files.source(), files.definition(), files.special());
        } catch (RuntimeException refused) {
            throw new IllegalArgumentException(
                    files.source() + " is no tokenizer that can be used: " + refused.getMessage(), refused);
        }
    }

    /** Whether a folder holds one. */
    public static boolean isIn(Path folder) {
        return TokenizerFiles.areIn(folder);
    }

    /**
     * This, but no text becomes longer than so many ids: of a pair the longer part is cut at its end, special tokens stay.
     */
    public Tokenizer cutTo(int length) {
        if (length < SHORTEST) {
            throw new IllegalArgumentException(
                    "texts must keep at least " + SHORTEST + " tokens, room for the special ones; got " + length);
        }
        ObjectNode cut = definition.deepCopy();
        cut.putObject(TokenizerFiles.TRUNCATION)
                .put("direction", "Right")
                .put("max_length", length)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        return new Tokenizer(source, cut, special);
    }

    private static int largestId(ObjectNode definition) {
        JsonNode vocabulary = definition.path("model").path("vocab");
        int largest = vocabulary.isArray() ? vocabulary.size() - 1 : -1;
        if (vocabulary.isObject()) {
            for (JsonNode id : vocabulary) {
                largest = Math.max(largest, id.asInt());
            }
        }
        for (JsonNode added : definition.path("added_tokens")) {
            largest = Math.max(largest, added.path("id").asInt());
        }
        if (largest < 0 || largest == Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    largest < 0
                            ? "its model has no vocabulary"
                            : "the id " + largest + " is too large for a vocabulary");
        }
        return largest;
    }

    /** How many ids there are: the largest and one. */
    public int size() {
        return size;
    }

    public SpecialTokens special() {
        return special;
    }

    /** @throws IllegalArgumentException if this writes ids that a model has no embedding for */
    public void requireFits(int vocabulary) {
        if (size > vocabulary) {
            throw new IllegalArgumentException("the tokenizer has " + size + " tokens and the model " + vocabulary
                    + ": they do not belong together, take the tokenizer's files from the model's own folder");
        }
    }

    /** A text with the special tokens that the model wants around it. */
    public Tokens encode(String text) {
        return tokens(() -> library.encode(readable(text), true, false));
    }

    /** Two texts, likewise. */
    public Tokens encode(String text, String pair) {
        return tokens(() -> library.encode(readable(text), readable(pair), true, false));
    }

    /** A text alone, without special tokens. */
    public Tokens encodePlain(String text) {
        return tokens(() -> library.encode(readable(text), false, false));
    }

    private Tokens tokens(Supplier<Encoding> work) {
        Encoding encoding = asked(work);
        return new Tokens(encoding.getIds(), encoding.getTypeIds(), encoding.exceedMaxLength());
    }

    /** What the library answers; it finds some faults of a definition only where a text needs the faulty part. */
    private <T> T asked(Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException unfit) {
            throw unfit;
        } catch (RuntimeException refused) {
            throw new IllegalArgumentException(
                    source + " is no tokenizer for this text: " + refused.getMessage(), refused);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** What the native part can take: a text that is UTF-8, without half a character, and that its patterns get through. */
    private String readable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new IllegalArgumentException(
                        "the text holds half a character (U+%04X) at place ".formatted((int) c) + i);
            }
        }
        cost.require(text);
        return text;
    }

    /** The text of some ids, special tokens left out. */
    public String decode(long... ids) {
        for (long id : ids) {
            if (id < 0) {
                throw new IllegalArgumentException("decode: id " + id + " is negative");
            }
        }
        return asked(() -> library.decode(ids, true));
    }
}
