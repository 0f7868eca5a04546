package dev.rankine.lora.inspect;

import dev.rankine.tensor.files.SmallFile;
import dev.rankine.transformer.TransformerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the memory of a training step depends on, as a configuration of any family says it.
 *
 * @param width C, of the residual stream
 * @param feedForward F, inside the feed-forward sublayers
 * @param scores how many numbers the model gives for each place: V for one that scores words, 0 for labels of a text
 * @param layers with self-attention alone
 * @param crossLayers of a decoder that also looks at an encoder
 * @param gated whether layers are LLaMA's: gated feed-forward sublayers, rotary positions, norms by the root mean square
 */
public record ModelForm(int width, int feedForward, int scores, int layers, int crossLayers, boolean gated) {
    /** The names of each number in the families' configurations. */
    private static final List<String> WIDTH = List.of("hidden_size", "d_model", "n_embd");

    private static final List<String> FEED_FORWARD = List.of("intermediate_size", "encoder_ffn_dim", "n_inner");
    private static final List<String> LAYERS = List.of("num_hidden_layers", "encoder_layers", "n_layer");

    /** Of models whose configuration leaves the width of the feed-forward sublayer out, as GPT-2's does. */
    private static final int USUAL_RATIO = 4;

    public ModelForm {
        if (Math.min(width, feedForward) < 1 || Math.min(Math.min(scores, layers), crossLayers) < 0) {
            throw new IllegalArgumentException("no model has a width of " + width + ", " + feedForward
                    + " inside its feed-forward sublayers, " + layers + " and " + crossLayers
                    + " layers, and " + scores + " scores");
        }
    }

    /**
     * The form of a folder's model.
     *
     * @throws IllegalArgumentException if {@code config.json} cannot be read or lacks a number
     */
    public static ModelForm read(Path folder) {
        Path file = folder.resolve("config.json");
        JsonNode config;
        try {
            config = JsonMapper.shared().readTree(SmallFile.text(file));
        } catch (IOException | JacksonException unreadable) {
            throw new IllegalArgumentException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
        int width = number(file, config, WIDTH, 0);
        boolean scoresWords = !config.path("architectures").path(0).asString("").endsWith("ForSequenceClassification");
        boolean pair = config.path("is_encoder_decoder").asBoolean(config.has("decoder_layers"));
        return new ModelForm(
                width,
                number(file, config, FEED_FORWARD, (int) Math.min(Integer.MAX_VALUE, (long) USUAL_RATIO * width)),
                scoresWords ? number(file, config, List.of("vocab_size"), 0) : 0,
                number(file, config, LAYERS, 0),
                pair ? number(file, config, List.of("decoder_layers"), 0) : 0,
                config.path("model_type").asString("").equals("llama"));
    }

    /** The form of an encoder-decoder. */
    public static ModelForm of(TransformerSettings settings) {
        return new ModelForm(
                settings.width(),
                settings.encoder().feedForward(),
                settings.vocabulary(),
                settings.encoder().layers(),
                settings.decoder().layers(),
                false);
    }

    private static int number(Path file, JsonNode config, List<String> names, int otherwise) {
        return names.stream()
                .map(config::path)
                .filter(JsonNode::isInt)
                .mapToInt(JsonNode::intValue)
                .findFirst()
                .orElseGet(() -> {
                    if (otherwise > 0) {
                        return otherwise;
                    }
                    throw new IllegalArgumentException(
                            file + " has none of the keys " + names + ": how much memory a step needs is unknown");
                });
    }

    /**
     * Bytes of the tensors that live at once in a training step on B sequences of T symbols (of T and T for an
     * encoder-decoder), with adapters on every matrix,
     *
     * <pre>{@code
     * 4 B T (10 C + 2.15 V + L (13 C + 2.75 F) + Lx (24 C + 2.1 F))
     * 4 B T (10 C + 2.15 V + L (17 C + 4.8 F))     where layers are gated
     * }</pre>
     *
     * whose factors are fitted to what the pool of a step held in some 40 small models of all proportions, BERT, BART, GPT-2 and
     * LLaMA. Full fine-tuning needs a tenth less. They are those of the vector back-end; plain loops, which make every
     * operation of smaller ones, take several times as much. The pool's blocks are up to a quarter larger than what lies
     * in them, so single steps differ by some 5%.
     */
    public long activations(long batch, long symbols) {
        double places = (double) batch * symbols;
        double layer = gated ? 17.0 * width + 4.8 * feedForward : 13.0 * width + 2.75 * feedForward;
        double cross = 24.0 * width + 2.1 * feedForward;
        double ends = 10.0 * width + 2.15 * scores;
        return Math.round(Float.BYTES * places * (ends + layers * layer + crossLayers * cross));
    }

    /**
     * The same where layers run again in the backward pass: one number for each place and channel of a layer's input, and
     * what a single layer makes,
     *
     * <pre>{@code
     * 4 B T (34 C + 2.3 V + 2.8 F + 1.1 C (L + Lx))     with 4.8 F where layers are gated
     * }</pre>
     */
    public long recomputedActivations(long batch, long symbols) {
        double inputs = 1.1 * width * (layers + crossLayers);
        double layer = 34.0 * width + (gated ? 4.8 : 2.8) * feedForward;
        return Math.round(Float.BYTES * (double) batch * symbols * (layer + 2.3 * scores + inputs));
    }
}
