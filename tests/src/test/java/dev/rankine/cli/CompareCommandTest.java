package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.transformer.train.Outcome;
import dev.rankine.transformer.train.Predictions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CompareCommandTest {
    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void lay() {
        bench = Workbench.in(folder);
    }

    private Called compare(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("compare", "--model", bench.model(), "--task", "seq2seq"));
        arguments.addAll(List.of("--train", bench.train(), "--dev", bench.dev(), "--out", bench.out()));
        arguments.addAll(List.of("--backend", "reference", "--threads", 1, "--rank", 4, "--batch", 4));
        arguments.addAll(Arrays.asList(more));
        return Called.rankine(arguments.toArray());
    }

    private Called twoByTwo(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("--methods", "lora,salora", "--seeds", "0,3"));
        arguments.addAll(List.of("--no-references", "--density", .5, "--epochs", 1));
        arguments.addAll(Arrays.asList(more));
        return compare(arguments.toArray());
    }

    @Test
    void twoMethodsAndTwoSeedsAreComparedAndOnlyWhatIsMissingIsRepeated() throws IOException {
        Called called = twoByTwo();
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.err()).contains("run 1 of 4: lora, seed 0", "run 4 of 4: salora, seed 3");
        assertThat(called.out()).contains("exact: difference to lora", "salora", "report.html");
        assertThat(names(bench.out()))
                .containsExactlyInAnyOrder(
                        "plan.json", "compare.json", "report.html", "lora-0", "lora-3", "salora-0", "salora-3");
        JsonNode numbers =
                JsonMapper.shared().readTree(Files.readString(bench.out().resolve("compare.json")));
        checkNumbers(numbers);
        String page = Files.readString(bench.out().resolve("report.html"));
        assertThat(page).contains("<h1>lora, salora on model</h1>", "Difference", "Quality against budget", "Ranks");

        Map<String, String> before = contents();
        Files.delete(bench.out().resolve("salora-3").resolve("summary.json"));
        Path older = bench.out().resolve("lora-0").resolve("summary.json"); // of a program without these choices
        Files.writeString(
                older,
                Files.readString(older)
                        .replaceFirst(",\\s*\"kept_step\" : \\d+", "")
                        .replaceFirst("\"keep\" : \"last\",", "")
                        .replaceFirst("\"recompute\" : \"false\",", ""));
        assertThat(Files.readString(older)).doesNotContain("\"keep\"", "kept_step", "recompute");
        before.put("lora-0/summary.json", Files.readString(older));
        Called again = twoByTwo("--resume");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.err().lines().filter(line -> line.contains("is finished")))
                .hasSize(3);
        assertThat(again.err()).contains("run 4 of 4: salora, seed 3, to");
        Map<String, String> after = contents();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        after.forEach((name, content) -> {
            if (!name.contains("salora-3") && !name.startsWith("compare.json") && !name.startsWith("report.html")) {
                assertThat(content).as(name).isEqualTo(before.get(name));
            }
        });
        assertThat(after.get("salora-3/predictions.tsv")).isEqualTo(before.get("salora-3/predictions.tsv"));

        Called other = twoByTwo("--resume", "--lr", 2e-3);
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err()).contains("rate was 0.001 and is 0.002");
        Called setting = twoByTwo("--resume", "--set", "salora.beta=.3");
        assertThat(setting.exitCode()).isEqualTo(2);
        assertThat(setting.err()).contains("salora-0", "salora.beta was 0.1 and is 0.3");
        assertThat(contents()).isEqualTo(after);
    }

    private void checkNumbers(JsonNode numbers) {
        assertThat(numbers.path("seeds").toString()).isEqualTo("[0,3]");
        JsonNode salora = numbers.path("methods").path(1);
        assertThat(salora.path("name").stringValue()).isEqualTo("salora");
        assertThat(salora.path("retained_triplets").doubleValue()).isEqualTo(32);
        assertThat(salora.path("density").path("mean").doubleValue()).isEqualTo(.5);
        JsonNode exact = salora.path("metrics").path("exact");
        List<Outcome> outcomes = new Predictions(bench.out().resolve("salora-3").resolve("predictions.tsv")).read();
        double share = outcomes.stream()
                        .mapToDouble(outcome -> outcome.prediction().equals(outcome.reference()) ? 1 : 0)
                        .sum()
                / outcomes.size();
        assertThat(outcomes).hasSize(6);
        assertThat(outcomes.getFirst().source()).isEqualTo("ac");
        assertThat(exact.path("values").path(1).doubleValue()).isCloseTo(share, within(1e-12));
        assertThat(salora.path("seconds_per_step").path("before_shrink").doubleValue())
                .isPositive();
        JsonNode difference = numbers.path("differences").path(0);
        assertThat(difference.path("metric").stringValue()).isEqualTo("exact");
        assertThat(difference.path("method").stringValue()).isEqualTo("salora");
        assertThat(difference.path("reference").stringValue()).isEqualTo("lora");
        assertThat(difference.path("low").doubleValue())
                .isLessThanOrEqualTo(difference.path("high").doubleValue());
    }

    @Test
    void aRunThatFailsIsNamedAndOthersAreMade() throws IOException {
        Files.createDirectories(bench.out());
        Called first = compare("--methods", "lora", "--seeds", "0,1", "--epochs", 1, "--lr", 1e30, "--resume");
        assertThat(first.exitCode()).isEqualTo(2);
        assertThat(first.err()).contains("holds no comparison");
        Files.delete(bench.out());
        Called called = compare("--methods", "lora", "--seeds", "0,1", "--epochs", 1, "--lr", 1e30);
        assertThat(called.exitCode()).as(called.err()).isEqualTo(1);
        assertThat(called.err()).contains("2 of 2 runs failed", "lora-0", "lora-1", "--resume");
        assertThat(called.out()).isEmpty();
    }

    @Test
    void callsThatCannotWorkAreRefusedBeforeTheFirstStep() {
        refused(compare("--methods", "lora,lara", "--seeds", 0), "'lara'", "salora");
        refused(compare("--methods", "", "--seeds", 0), "no method ''");
        refused(compare("--methods", "lora,lora", "--seeds", 0), "--methods: lora is there twice");
        refused(compare("--methods", "lora", "--seeds", "1,2,1"), "--seeds: 1 is there twice");
        refused(compare("--methods", "lora", "--seeds", ""), "--seeds");
        refused(compare("--methods", "salora", "--seeds", 0, "--density", 1e-3), "salora", "keeps none");
        refused(compare("--methods", "salora", "--seeds", 0, "--density", 2), "density");
        refused(compare("--methods", "lora", "--seeds", 0, "--targets", "q_project"), "q_project");
        refused(compare("--methods", "lora", "--seeds", 0, "--seed", 1), "--seed");
        Object[] noStep = {"--methods", "salora", "--seeds", 0, "--epochs", 1, "--set", "start=.5", "--set", "end=.55"};
        refused(compare(noStep), "salora: ", "no step of 6");
    }

    @Test
    void anExistingFolderIsLeftAlone() throws IOException {
        Files.createDirectories(bench.out());
        Called called = compare("--methods", "lora", "--seeds", 0);
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("exists", "--resume");
        assertThat(names(bench.out())).isEmpty();
    }

    private void refused(Called called, String... words) {
        assertThat(called.exitCode()).as(called.err()).isEqualTo(2);
        assertThat(called.err()).contains(words).doesNotContain("\tat ");
        assertThat(called.out()).isEmpty();
        assertThat(bench.out()).doesNotExist();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    /** Every file by name; of the tensors their size alone. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(bench.out())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = bench.out().relativize(file).toString();
                contents.put(
                        name, name.endsWith(".safetensors") ? Long.toString(Files.size(file)) : Files.readString(file));
            }
        }
        return contents;
    }
}
