package dev.rankine.transformer.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The files of the GLUE benchmark (Wang et al. 2019) as it is distributed: tabs between cells, no quoting. */
public enum Glue {
    COLA(new TextColumns("4", null, "2", false), "matthews", "0", "1"),
    SST2(new TextColumns("sentence", null, "label", true), "accuracy", "0", "1"),
    MRPC(new TextColumns("#1 String", "#2 String", "Quality", true), "accuracy", "0", "1"),
    STSB(new TextColumns("sentence1", "sentence2", "score", true), "pearson"),
    QQP(new TextColumns("question1", "question2", "is_duplicate", true), "accuracy", "0", "1"),
    MNLI(
            new TextColumns("sentence1", "sentence2", "gold_label", true),
            "accuracy",
            "entailment",
            "neutral",
            "contradiction"),
    QNLI(new TextColumns("question", "sentence", "label", true), "accuracy", "entailment", "not_entailment"),
    RTE(new TextColumns("sentence1", "sentence2", "label", true), "accuracy", "entailment", "not_entailment"),
    WNLI(new TextColumns("sentence1", "sentence2", "label", true), "accuracy", "0", "1");

    private final TextColumns columns;
    private final String metric;
    private final List<String> labels;

    Glue(TextColumns columns, String metric, String... labels) {
        this.columns = columns;
        this.metric = metric;
        this.labels = List.of(labels);
    }

    /** @throws IllegalArgumentException if there is no such task, listing those there are */
    public static Glue named(String name) {
        return Arrays.stream(values())
                .filter(task -> task.title().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no format '" + name + "'; there are: "
                        + Arrays.stream(values()).map(Glue::title).collect(Collectors.joining(", "))));
    }

    /** Such as {@code mrpc}. */
    public String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    public TextColumns columns() {
        return columns;
    }

    /** In the order of their numbers; empty where the task is to give a score. */
    public List<String> labels() {
        return labels;
    }

    public boolean isRegression() {
        return labels.isEmpty();
    }

    /** The number that papers report first. */
    public String metric() {
        return metric;
    }
}
