package dev.rankine.transformer.checkpoint;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.files.Whole;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.BertMaskedLanguageModel;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Hugging Face model folders, read and written.
 *
 * <pre>{@code
 * Checkpoint base = Checkpoints.load(Path.of("bart_g2p_us"), backend);
 * Checkpoints.save(Path.of("copy"), base);
 * }</pre>
 */
public final class Checkpoints {
    public static final String CONFIG = "config.json";
    public static final String WEIGHTS = WeightFiles.SINGLE;

    private static final String SHARED = "model.shared.weight";

    /** One matrix embeds the symbols of both stacks and scores them; some folders hold it several times. */
    private static final Map<String, String> TIED = Map.of(
            "lm_head.weight", SHARED,
            "model.encoder.embed_tokens.weight", SHARED,
            "model.decoder.embed_tokens.weight", SHARED);

    private Checkpoints() {}

    /**
     * Reads a folder with {@value #CONFIG} and {@value #WEIGHTS} into F32.
     *
     * @throws CheckpointException naming the file and what is wrong with it
     */
    public static Checkpoint load(Path folder, Backend backend) {
        return load(folder, backend, DType.F32);
    }

    /** The same in F32 or F64. */
    public static Checkpoint load(Path folder, Backend backend, DType dtype) {
        ConfigKeys keys = config(folder);
        BartConfig config = BartConfig.read(keys);
        CheckpointWeights weights = new CheckpointWeights(
                WeightFiles.in(folder), TensorNames.exactly(TIED), new RandomWeights(backend, dtype, 0));
        Bart model = new Bart(config.settings(), weights);
        weights.requireComplete();
        return new Checkpoint(config, model);
    }

    /**
     * A BERT or RoBERTa that scores labels. A head that the folder has not, or for another number of labels, begins at
     * random and is named in {@link Pretrained#fresh()}.
     *
     * @param start the back-end, F32 (F64 to check gradients), and the seed of what begins at random
     * @throws CheckpointException naming the file and what is wrong with it
     */
    public static Pretrained<BertConfig, BertClassifier> classifier(Path folder, int labels, RandomWeights start) {
        return BertFolders.classifier(config(folder), WeightFiles.in(folder), labels, start);
    }

    /** A BERT or RoBERTa that fills holes in a text; see {@link #classifier}. */
    public static Pretrained<BertConfig, BertMaskedLanguageModel> maskedLanguageModel(
            Path folder, RandomWeights start) {
        return BertFolders.maskedLanguageModel(config(folder), WeightFiles.in(folder), start);
    }

    /**
     * The model of a folder, whatever its architecture, with the head that it was saved with: labels where its class says
     * so, else words.
     *
     * @param start the back-end, F32 or F64, and the seed of what the folder has not
     * @throws CheckpointException naming the file and what is wrong with it
     */
    public static Model any(Path folder, RandomWeights start) {
        ConfigKeys keys = config(folder);
        return switch (Architecture.of(keys)) {
            case BART, MBART -> load(folder, start.backend(), start.dtype()).model();
            case BERT, ROBERTA ->
                keys.architecture().endsWith("ForSequenceClassification")
                        ? BertFolders.ownClassifier(keys, WeightFiles.in(folder), start)
                        : maskedLanguageModel(folder, start).model();
            case GPT2, LLAMA ->
                languageModel(folder, start.backend(), start.dtype()).model();
        };
    }

    /**
     * A GPT-2 or LLaMA that continues a text.
     *
     * @param backend where it computes, in F32; matrices stay in the type that the folder holds
     * @throws CheckpointException naming the file and what is wrong with it
     */
    public static Pretrained<DecoderConfig, DecoderOnly> languageModel(Path folder, Backend backend) {
        return languageModel(folder, backend, DType.F32);
    }

    /** The same in F32 or F64. */
    public static Pretrained<DecoderConfig, DecoderOnly> languageModel(Path folder, Backend backend, DType dtype) {
        return DecoderFolders.languageModel(
                config(folder), WeightFiles.in(folder), new RandomWeights(backend, dtype, 0));
    }

    /**
     * The family of a folder's model.
     *
     * @throws CheckpointException if the configuration cannot be read or names none that is supported
     */
    public static Architecture architecture(Path folder) {
        return Architecture.of(config(folder));
    }

    private static ConfigKeys config(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw CheckpointException.in(
                    folder,
                    (Files.exists(folder) ? "is a file" : "there is no such folder") + "; expected a folder with "
                            + CONFIG + " and " + WEIGHTS);
        }
        return ConfigKeys.read(folder.resolve(CONFIG));
    }

    /**
     * Writes a folder that {@link #load} and Hugging Face read, creating it where it is missing. The configuration is
     * written last: a folder with {@value #CONFIG} is whole.
     *
     * @throws CheckpointException if the folder holds a model already or cannot be written
     */
    public static void save(Path folder, Checkpoint checkpoint) {
        for (String name : new String[] {CONFIG, WEIGHTS}) {
            if (Files.exists(folder.resolve(name))) {
                throw CheckpointException.in(folder.resolve(name), "exists already; choose another folder");
            }
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        checkpoint.model().weights().forEach((name, weight) -> tensors.put(name, weight.data()));
        tensors.putAll(checkpoint.model().buffers());
        try {
            Files.createDirectories(folder);
            SafetensorsWriter.write(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
            Whole.file(
                    folder.resolve(CONFIG),
                    aside -> Files.writeString(aside, checkpoint.config().toJson()));
        } catch (IOException failed) {
            throw CheckpointException.in(folder, "cannot be written (" + failed + ")", failed);
        }
    }
}
