package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.BertMaskedLanguageModel;
import dev.rankine.transformer.BertSettings.Kind;
import dev.rankine.transformer.RandomWeights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** BERT and RoBERTa in folders: a body, and the head of whatever it was trained for. */
final class BertFolders {
    /** The matrix that scores labels, in RoBERTa and in BERT. */
    private static final String POOLER = "pooler.";

    private static final List<String> HEADS =
            List.of(BertClassifier.HEAD + ".out_proj.weight", BertClassifier.HEAD + ".weight");

    private BertFolders() {}

    static Pretrained<BertConfig, BertClassifier> classifier(
            ConfigKeys keys, WeightFiles files, int labels, RandomWeights start) {
        Kind kind = kind(keys, "classification");
        BertConfig config = BertConfig.read(keys, kind);
        TensorNames names = new TensorNames(
                Map.of(),
                spellings(kind),
                name -> isBuffer(name) || isWordHead(name) || name.contains(POOLER),
                name -> name.startsWith(BertClassifier.HEAD + ".") || name.startsWith("bert." + POOLER));
        CheckpointWeights weights = new CheckpointWeights(files, names, start);
        boolean pooled =
                files.names().stream().anyMatch(name -> name.startsWith("bert." + POOLER) || name.startsWith(POOLER));
        BertClassifier model = new BertClassifier(config.settings(), labels, weights, pooled);
        weights.requireComplete();
        return new Pretrained<>(config, model, weights.fresh(), weights.unused());
    }

    /** A classifier with the head that lies in the folder. */
    static BertClassifier ownClassifier(ConfigKeys keys, WeightFiles files, RandomWeights start) {
        int labels = keys.labels();
        String head = HEADS.stream()
                .filter(files.names()::contains)
                .findFirst()
                .orElseThrow(() -> CheckpointException.in(
                        keys.file(),
                        "names " + keys.architecture() + ", and " + files.path() + " has none of " + HEADS));
        if (files.shape(head).rank() != 2 || files.shape(head).dim(0) != labels) {
            throw CheckpointException.in(
                    keys.file(), "says that there are " + labels + " labels, " + head + " is " + files.shape(head));
        }
        return classifier(keys, files, labels, start).model();
    }

    static Pretrained<BertConfig, BertMaskedLanguageModel> maskedLanguageModel(
            ConfigKeys keys, WeightFiles files, RandomWeights start) {
        Kind kind = kind(keys, "filling holes");
        BertConfig config = BertConfig.read(keys, kind);
        TensorNames names = new TensorNames(
                tied(kind),
                spellings(kind),
                name -> isBuffer(name)
                        || name.contains(POOLER)
                        || name.startsWith("cls.seq_relationship.")
                        || name.startsWith(BertClassifier.HEAD + "."),
                BertFolders::isWordHead);
        CheckpointWeights weights = new CheckpointWeights(files, names, start);
        BertMaskedLanguageModel model = new BertMaskedLanguageModel(config.settings(), weights);
        weights.requireComplete();
        return new Pretrained<>(config, model, weights.fresh(), weights.unused());
    }

    private static Kind kind(ConfigKeys keys, String use) {
        Architecture found = Architecture.of(keys);
        return switch (found) {
            case BERT -> Kind.BERT;
            case ROBERTA -> Kind.ROBERTA;
            default -> throw Architecture.unfit(keys, found, use, Architecture.BERT, Architecture.ROBERTA);
        };
    }

    /** The matrix that embeds the symbols scores them; some folders hold it, and the bias, twice. */
    private static Map<String, String> tied(Kind kind) {
        String table = kind.path() + "." + kind.layout().stack().tokens() + ".weight";
        Map<String, String> tied = new HashMap<>();
        tied.put("cls.predictions.decoder.weight", table);
        tied.put("cls.predictions.decoder.bias", "cls.predictions.bias");
        tied.put("lm_head.decoder.weight", table);
        tied.put("lm_head.decoder.bias", "lm_head.bias");
        return tied;
    }

    /** Folders of the bare model leave the path of the body out; old ones call the parameters of a norm gamma and beta. */
    private static List<UnaryOperator<String>> spellings(Kind kind) {
        String body = kind.path() + ".";
        UnaryOperator<String> bare = name -> name.startsWith(body) ? name.substring(body.length()) : name;
        UnaryOperator<String> old =
                name -> name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        return List.of(bare, old, name -> bare.apply(old.apply(name)));
    }

    /** Numbers of the places, which some versions of the original library saved. */
    private static boolean isBuffer(String name) {
        return name.endsWith("embeddings.position_ids") || name.endsWith("embeddings.token_type_ids");
    }

    private static boolean isWordHead(String name) {
        return name.startsWith("cls.") || name.startsWith("lm_head.");
    }
}
