package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Repository;
import dev.rankine.transformer.Activation;
import dev.rankine.transformer.NormOrder;
import dev.rankine.transformer.PositionKind;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a {@code config.json} means, and which ones are refused. */
class BartConfigTest {
    @TempDir
    private Path folder;

    private BartConfig read(String json) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, json);
        return BartConfig.read(file);
    }

    @Test
    void missingKeysHaveHuggingFacesDefaults() throws IOException {
        BartConfig config = read("{\"model_type\": \"bart\"}");
        Stack stack = new Stack(12, 16, 4096);
        assertThat(config.settings())
                .isEqualTo(TransformerSettings.of(50_265, 1024, 1024, stack, stack)
                        .dropout(new Dropouts(0.1, 0, 0))
                        .initStd(0.02)
                        .form(new Form(Activation.GELU, NormOrder.POST, PositionKind.LEARNED, false)));
        assertThat(config.symbols()).isEqualTo(new BartConfig.Symbols(1, 0, 2, 2));
        assertThat(config.others()).isEmpty();
    }

    @Test
    void everyKeyOfAFolderIsAccountedFor() {
        BartConfig config = BartConfig.read(Repository.root().resolve("tests/fixtures/bart_scaled/config.json"));
        Stack stack = new Stack(1, 4, 20);
        assertThat(config.settings())
                .isEqualTo(TransformerSettings.of(19, 16, 12, stack, stack)
                        .dropout(new Dropouts(0.1, 0.1, 0.1))
                        .form(new Form(Activation.GELU_TANH, NormOrder.POST, PositionKind.LEARNED, true)));
        assertThat(config.symbols()).isEqualTo(new BartConfig.Symbols(1, 0, 2, 2));
        assertThat(config.unknownKeys()).isEmpty();
        assertThat(config.others()).containsKey("transformers_version").doesNotContainKey("d_model");
    }

    @Test
    void keysThatNobodyKnowsAreNamed() throws IOException {
        BartConfig config =
                read("{\"model_type\": \"bart\", \"use_cache\": true, \"rope_theta\": 1, \"colour\": \"red\"}");
        assertThat(config.unknownKeys()).containsExactly("rope_theta", "colour");
        assertThat(config.text("colour")).contains("red");
        assertThat(config.text("rope_theta")).isEmpty();
        assertThat(config.text("taste")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(NormOrder.class)
    void whatIsWrittenIsReadBack(NormOrder norms) throws IOException {
        for (Activation activation : Activation.values()) {
            TransformerSettings settings = TransformerSettings.of(30, 12, 40, new Stack(1, 2, 3), new Stack(4, 6, 7))
                    .dropout(new Dropouts(0.1, 0.2, 0.3))
                    .initStd(0.5)
                    .form(new Form(activation, norms, PositionKind.LEARNED, true));
            BartConfig config =
                    BartConfig.of(settings, new BartConfig.Symbols(0, 1, 2, 3)).with("grapheme_chars", "____äö\"");
            assertThat(read(config.toJson())).isEqualTo(config);
            assertThat(config.text("grapheme_chars")).contains("____äö\"");
        }
    }

    @Test
    void fixedPositionsCannotBeWrittenAsBart() {
        Stack stack = new Stack(1, 1, 1);
        TransformerSettings settings =
                TransformerSettings.of(5, 4, 8, stack, stack).form(Form.BART.positions(PositionKind.SINUSOIDAL));
        assertThatThrownBy(() -> BartConfig.of(settings, new BartConfig.Symbols(0, 1, 2, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SINUSOIDAL")
                .hasMessageContaining("cannot be written as BART");
    }

    /** Each changes the computation, or is no value of its key. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "model_type": "mamba"                                    | 'model_type' mamba is not known; supported are Bart
            "architectures": ["BartForSequenceClassification"]       | architecture BartForSequenceClassification is not known
            "architectures": ["BartModel", "Other"]                  | 'architectures' must be a list of one name
            "architectures": ["MBartForConditionalGeneration"]       | 'model_type' bart and 'architectures'
            "activation_function": "mish"                            | 'activation_function' mish is not known; supported are [gelu
            "tie_word_embeddings": false                             | 'tie_word_embeddings': false is not supported
            "is_encoder_decoder": false                              | 'is_encoder_decoder': false is not supported
            "normalize_before": true                                 | 'normalize_before': true is not supported
            "add_final_layer_norm": true                             | 'add_final_layer_norm': true is not supported
            "static_position_embeddings": true                       | 'static_position_embeddings': true is not supported
            "normalize_embedding": false                             | 'normalize_embedding': false is not supported
            "extra_pos_embeddings": 0                                | 'extra_pos_embeddings': 0 is not supported
            "encoder_layerdrop": 0.1                                 | 'encoder_layerdrop': 0.1 is not supported
            "quantization_config": {"bits": 4}                       | 'quantization_config': {"bits":4} is not supported
            "hidden_size": 512                                       | 'hidden_size': 512 is not supported
            "d_model": "1024"                                        | 'd_model' must be a whole number, got "1024"
            "d_model": 1000.5                                        | 'd_model' must be a whole number, got 1000.5
            "d_model": 99999999999                                   | 'd_model' must be a whole number, got 99999999999
            "d_model": 1000                                          | the width 1000 cannot be divided among the 16 heads
            "vocab_size": 0                                          | vocabulary must be at least 1, got 0
            "encoder_layers": -1                                     | layers must be at least 1, got -1
            "dropout": 1.5                                           | residual dropout must be in [0, 1), got 1.5
            "dropout": "none"                                        | 'dropout' must be a number, got "none"
            "scale_embedding": 1                                     | 'scale_embedding' must be true or false, got 1
            "pad_token_id": 50265                                    | 'pad_token_id' is 50265, the vocabulary has 50265
            "eos_token_id": [2, 3]                                   | 'eos_token_id' must be a whole number, got [2,3]
            """)
    void whatMeansAnotherComputationIsRefused(String key, String message) {
        assertThatThrownBy(() -> read("{\"model_type\": \"bart\", %s}"
                        .formatted(key)
                        .replace("\"model_type\": \"bart\", \"model_type\"", "\"model_type\"")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(folder.resolve("config.json") + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void anArchitectureIsNeeded() {
        assertThatThrownBy(() -> read("{}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("has neither 'model_type' nor 'architectures'; supported are");
        assertThatThrownBy(() -> read("{\"model_type\": \"mbart\"}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'decoder_start_token_id' is missing");
    }

    @Test
    void aFileThatIsNoObjectIsRefused() {
        assertThatThrownBy(() -> BartConfig.read(folder.resolve("config.json")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> read("{\"model_type\": "))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is no JSON");
        assertThatThrownBy(() -> read("[1, 2]"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("must be a JSON object");
        assertThatThrownBy(() -> read(""))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json");
    }
}
