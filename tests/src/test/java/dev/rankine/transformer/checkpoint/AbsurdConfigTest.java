package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Repository;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Numbers of a configuration that its weights contradict are refused before memory is taken by them. */
class AbsurdConfigTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bart    | vocab_size               | 1000000000000 | must be a whole number
            bart    | vocab_size               | 2000000000    | tensors are unfit
            bart    | d_model                  | 2000000000    | tensors are unfit
            bart    | encoder_ffn_dim          | 2000000000    | tensors are unfit
            bart    | encoder_layers           | 1000000000    | tensors are missing
            bart    | decoder_layers           | -1            | layers must be at least 1, got -1
            bart    | max_position_embeddings  | 2147483647    | positions must be at most 2147483645, got 2147483647
            bart    | encoder_attention_heads  | 7             | cannot be divided among the 7 heads
            bart    | decoder_attention_heads  | 0             | heads must be at least 1, got 0
            roberta | hidden_size              | 2000000000    | tensors are unfit
            roberta | num_hidden_layers        | 1000000000    | tensors are missing
            roberta | type_vocab_size          | 2000000000    | unfit
            roberta | intermediate_size        | -3            | feedForward must be at least 1, got -3
            bert    | num_hidden_layers        | 1000000000    | tensors are missing
            gpt2    | n_layer                  | 1000000000    | tensors are missing
            gpt2    | n_positions              | 2000000000    | unfit
            gpt2    | n_embd                   | 2000000000    | unfit
            llama   | num_hidden_layers        | 1000000000    | tensors are missing
            llama   | num_key_value_heads      | 3             | cannot share 3 heads
            llama   | vocab_size               | -32000        | vocabulary must be at least 1, got -32000
            """)
    void isRefused(String family, String key, long value, String words) throws IOException {
        Path model = Repository.root().resolve("tests/fixtures/models").resolve(family);
        Files.copy(model.resolve(Checkpoints.WEIGHTS), folder.resolve(Checkpoints.WEIGHTS));
        var config = (ObjectNode) JsonMapper.shared().readTree(Files.readString(model.resolve(Checkpoints.CONFIG)));
        config.put(key, value);
        Files.writeString(folder.resolve(Checkpoints.CONFIG), config.toString());
        assertThatThrownBy(() -> Checkpoints.any(folder, new RandomWeights(new ReferenceBackend(), DType.F32, 0)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(words);
    }

    /** A head for so many labels would be made anew: the folder must hold it. */
    @ParameterizedTest
    @CsvSource({"roberta, 2000000000", "bert, 2000000000", "bert, 4"})
    void aHeadForOtherLabelsIsRefused(String family, int labels) throws IOException {
        Path model = Repository.root().resolve("tests/fixtures/models").resolve(family);
        Files.copy(model.resolve(Checkpoints.WEIGHTS), folder.resolve(Checkpoints.WEIGHTS));
        var config = (ObjectNode) JsonMapper.shared().readTree(Files.readString(model.resolve(Checkpoints.CONFIG)));
        config.remove("id2label");
        config.put("num_labels", labels);
        Files.writeString(folder.resolve(Checkpoints.CONFIG), config.toString());
        assertThatThrownBy(() -> Checkpoints.any(folder, new RandomWeights(new ReferenceBackend(), DType.F32, 0)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("says that there are " + labels + " labels");
    }
}
