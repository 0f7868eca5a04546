package dev.rankine.cli;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a folder of a LLaMA of 1.1 billion random weights in BF16, of TinyLlama's shapes, in two files with an index. See {@code
 * tests/memory/llama}.
 */
final class LargeModel {
    private static final int WIDTH = 2048;
    private static final int FEED_FORWARD = 5632;
    private static final int LAYERS = 22;
    private static final int HEADS = 32;
    private static final int KEY_HEADS = 4;
    private static final int VOCABULARY = 32_000;
    private static final int POSITIONS = 2048;

    private final Backend backend;
    /** What every matrix is a part of: numbers around a hundredth, of either sign. */
    private final MemorySegment numbers;

    private final MemorySegment ones;

    private LargeModel(Backend backend) {
        this.backend = backend;
        this.numbers = Arena.ofAuto().allocate((long) VOCABULARY * WIDTH * DType.BF16.bytes(), Long.BYTES);
        this.ones = Arena.ofAuto().allocate((long) WIDTH * DType.BF16.bytes(), Long.BYTES);
        SplittableRandom random = new SplittableRandom(0);
        for (long at = 0; at < numbers.byteSize(); at += Long.BYTES) {
            // sign and seven bits of precision are random, the exponent is that of 2^-7
            numbers.set(ValueLayout.JAVA_LONG, at, random.nextLong() & 0x807F_807F_807F_807FL | 0x3C00_3C00_3C00_3C00L);
        }
        for (long at = 0; at < ones.byteSize(); at += Short.BYTES) {
            ones.set(ValueLayout.JAVA_SHORT, at, (short) 0x3F80);
        }
    }

    /** Argument: the folder, which must not exist. */
    public static void main(String... arguments) throws IOException {
        try (Backend backend = Backends.choose("reference", 1).backend()) {
            new LargeModel(backend).write(Files.createDirectory(Path.of(arguments[0])));
        }
    }

    private void write(Path folder) throws IOException {
        Map<String, Tensor> lower = new LinkedHashMap<>();
        Map<String, Tensor> upper = new LinkedHashMap<>();
        lower.put("model.embed_tokens.weight", matrix(VOCABULARY, WIDTH));
        for (int layer = 0; layer < LAYERS; layer++) {
            putLayer("model.layers." + layer + ".", layer < LAYERS / 2 ? lower : upper);
        }
        upper.put("model.norm.weight", vector());
        upper.put("lm_head.weight", matrix(VOCABULARY, WIDTH));

        ObjectNode index = JsonMapper.shared().createObjectNode();
        ObjectNode places = index.putObject("weight_map");
        Map<String, Map<String, Tensor>> files =
                Map.of("model-00001-of-00002.safetensors", lower, "model-00002-of-00002.safetensors", upper);
        for (Map.Entry<String, Map<String, Tensor>> file : files.entrySet()) {
            SafetensorsWriter.write(folder.resolve(file.getKey()), file.getValue(), Map.of("format", "pt"));
            file.getValue().keySet().forEach(name -> places.put(name, file.getKey()));
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.toString());
        Files.writeString(folder.resolve("config.json"), configuration());
    }

    private void putLayer(String path, Map<String, Tensor> tensors) {
        int keys = WIDTH / HEADS * KEY_HEADS;
        tensors.put(path + "input_layernorm.weight", vector());
        tensors.put(path + "self_attn.q_proj.weight", matrix(WIDTH, WIDTH));
        tensors.put(path + "self_attn.k_proj.weight", matrix(keys, WIDTH));
        tensors.put(path + "self_attn.v_proj.weight", matrix(keys, WIDTH));
        tensors.put(path + "self_attn.o_proj.weight", matrix(WIDTH, WIDTH));
        tensors.put(path + "post_attention_layernorm.weight", vector());
        tensors.put(path + "mlp.gate_proj.weight", matrix(FEED_FORWARD, WIDTH));
        tensors.put(path + "mlp.up_proj.weight", matrix(FEED_FORWARD, WIDTH));
        tensors.put(path + "mlp.down_proj.weight", matrix(WIDTH, FEED_FORWARD));
    }

    private Tensor matrix(int rows, int columns) {
        MemorySegment part = numbers.asSlice(0, (long) rows * columns * DType.BF16.bytes());
        return Tensor.over(backend, Storage.over(part, DType.BF16), Shape.of(rows, columns));
    }

    private Tensor vector() {
        return Tensor.over(backend, Storage.over(ones, DType.BF16), Shape.of(WIDTH));
    }

    private static String configuration() {
        return JsonMapper.shared()
                .createObjectNode()
                .put("model_type", "llama")
                .put("hidden_size", WIDTH)
                .put("intermediate_size", FEED_FORWARD)
                .put("num_hidden_layers", LAYERS)
                .put("num_attention_heads", HEADS)
                .put("num_key_value_heads", KEY_HEADS)
                .put("vocab_size", VOCABULARY)
                .put("max_position_embeddings", POSITIONS)
                .put("rms_norm_eps", 1e-5)
                .put("rope_theta", 10_000)
                .put("hidden_act", "silu")
                .put("tie_word_embeddings", false)
                .put("torch_dtype", "bfloat16")
                .put("bos_token_id", 1)
                .put("eos_token_id", 2)
                .set("architectures", JsonMapper.shared().createArrayNode().add("LlamaForCausalLM"))
                .toString();
    }
}
