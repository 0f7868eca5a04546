package dev.rankine.transformer.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The families of models that can be read: {@code architectures} or {@code model_type} of a configuration names one. */
public enum Architecture {
    BART("bart", "BartForConditionalGeneration"),
    MBART("mbart", "MBartForConditionalGeneration"),
    BERT("bert", "BertModel", "BertForPreTraining", "BertForMaskedLM", "BertForSequenceClassification"),
    ROBERTA("roberta", "RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification"),
    GPT2("gpt2", "GPT2LMHeadModel"),
    LLAMA("llama", "LlamaForCausalLM");

    private final String type;
    private final List<String> names;

    Architecture(String type, String... names) {
        this.type = type;
        this.names = List.of(names);
    }

    /** Hugging Face's {@code model_type}. */
    public String type() {
        return type;
    }

    /** Hugging Face's classes of this family whose weights can be read. */
    public List<String> names() {
        return names;
    }

    /**
     * The family of a folder.
     *
     * @throws CheckpointException if the configuration names none, an unknown one, or several
     */
    static Architecture of(ConfigKeys keys) {
        String type = keys.text("model_type");
        JsonNode classes = keys.get("architectures");
        Set<Architecture> found = new LinkedHashSet<>();
        if (type != null) {
            found.add(ofType(keys, type));
        }
        if (classes != null) {
            if (!classes.isArray() || classes.size() != 1 || !classes.get(0).isString()) {
                throw CheckpointException.in(keys.file(), "'architectures' must be a list of one name, got " + classes);
            }
            found.add(ofName(keys, classes.get(0).stringValue()));
        }
        if (found.isEmpty()) {
            throw CheckpointException.in(keys.file(), "has neither 'model_type' nor 'architectures'; " + supported());
        }
        if (found.size() > 1) {
            throw CheckpointException.in(
                    keys.file(), "'model_type' " + type + " and 'architectures' " + classes + " contradict");
        }
        return found.iterator().next();
    }

    private static Architecture ofType(ConfigKeys keys, String type) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.type.equals(type))
                .findFirst()
                .orElseThrow(() ->
                        CheckpointException.in(keys.file(), "'model_type' " + type + " is not known; " + supported()));
    }

    private static Architecture ofName(ConfigKeys keys, String name) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.names.contains(name))
                .findFirst()
                .orElseThrow(() ->
                        CheckpointException.in(keys.file(), "architecture " + name + " is not known; " + supported()));
    }

    private static String supported() {
        return Arrays.stream(values())
                .flatMap(architecture -> architecture.names.stream())
                .collect(Collectors.joining(", ", "supported are ", ""));
    }

    /** Refuses a family that the caller has no use for. */
    static CheckpointException unfit(ConfigKeys keys, Architecture found, String use, Architecture... fit) {
        return CheckpointException.in(
                keys.file(),
                "a " + found.names.getFirst() + " cannot be used for " + use + "; these can: "
                        + Stream.of(fit).map(Architecture::type).collect(Collectors.joining(", ")));
    }
}
