package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.RandomWeights;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** GPT-2 and LLaMA in folders. */
final class DecoderFolders {
    /** The mask of the future and what it was filled with, which old folders of GPT-2 hold in every layer. */
    private static final Predicate<String> MASKS = Pattern.compile(
                    "(transformer\\.)?h\\.\\d+\\.attn\\.(bias|masked_bias)")
            .asMatchPredicate();

    /** The frequencies of rotary positions, which old folders of LLaMA hold in every layer. */
    private static final Predicate<String> FREQUENCIES = Pattern.compile(
                    "model\\.layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq")
            .asMatchPredicate();

    private DecoderFolders() {}

    static Pretrained<DecoderConfig, DecoderOnly> languageModel(
            ConfigKeys keys, WeightFiles files, RandomWeights start) {
        Architecture family = Architecture.of(keys);
        DecoderConfig config = switch (family) {
            case GPT2 -> Gpt2Keys.read(keys);
            case LLAMA -> LlamaKeys.read(keys);
            default ->
                throw Architecture.unfit(keys, family, "continuing a text", Architecture.GPT2, Architecture.LLAMA);
        };
        String path = family == Architecture.GPT2 ? "transformer" : "model";
        String table = path + "." + config.settings().form().layout().stack().tokens() + ".weight";
        String bare = path + ".";
        TensorNames names = new TensorNames(
                config.tied() ? Map.of("lm_head.weight", table) : Map.of(),
                List.of(name -> name.startsWith(bare) ? name.substring(bare.length()) : name),
                family == Architecture.GPT2 ? MASKS : FREQUENCIES,
                name -> false);
        CheckpointWeights weights = new CheckpointWeights(files, names, start);
        DecoderOnly model = new DecoderOnly(path, config.tied(), config.settings(), weights);
        weights.requireComplete();
        return new Pretrained<>(config, model, weights.fresh(), weights.unused());
    }
}
