package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.ModelFixture;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchStepCommandTest {
    @TempDir
    private Path folder;

    private Called bench(Object... more) {
        Workbench bench = Workbench.in(folder);
        Object[] arguments = new Object[more.length + 7];
        System.arraycopy(
                new Object[] {"bench", "step", "--model", bench.model(), "--threads", 1, "--seconds=0.05"},
                0,
                arguments,
                0,
                7);
        System.arraycopy(more, 0, arguments, 7, more.length);
        return Called.rankine(arguments);
    }

    @Test
    void timesAStepAndTellsWhereItsTimeGoes() {
        Path json = folder.resolve("step.json");
        Called called = bench("--batch", 3, "--seq", 5, "--method", "salora", "--json", json);
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.out()).contains("ms per step").containsPattern("product +[0-9.]+ +[0-9.]+ +0.00 ");

        JsonNode result = JsonMapper.shared().readTree(json);
        double seconds = result.get("seconds_per_step").asDouble();
        assertThat(seconds)
                .isPositive()
                .isGreaterThanOrEqualTo(result.get("fastest_step").asDouble());
        assertThat(result.get("batch").asInt()).isEqualTo(3);
        assertThat(result.get("seq").asInt()).isEqualTo(5);
        assertThat(result.get("method").asString()).isEqualTo("salora");
        assertThat(result.get("heap_bytes_per_step").asLong()).isPositive();
        double ofOperations = result.get("operations")
                .valueStream()
                .mapToDouble(operation -> operation.get("seconds").asDouble())
                .sum();
        double ofPhases = result.get("phases")
                .valueStream()
                .flatMapToDouble(phase -> phase.propertyStream()
                        .filter(kind -> !kind.getKey().equals("other"))
                        .mapToDouble(kind -> kind.getValue().asDouble()))
                .sum();
        assertThat(ofPhases).as("both are sums over the same calls").isCloseTo(ofOperations, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"llama", "gpt2"})
    void timesALanguageModelToo(String fixture) throws IOException {
        Path model = ModelFixture.of(fixture, folder);
        Path json = folder.resolve("step.json");
        Called called = Called.rankine(
                "bench",
                "step",
                "--model",
                model,
                "--batch",
                2,
                "--seq",
                5,
                "--seconds=0.05",
                "--steps",
                1,
                "--json",
                json);
        assertThat(called.exitCode()).as(called.err()).isZero();
        JsonNode result = JsonMapper.shared().readTree(json);
        assertThat(result.get("seconds_to_ready").asDouble())
                .isPositive()
                .isLessThan(result.get("seconds_to_first_step").asDouble());
        assertThat(called.out()).contains("first step made after");
    }

    @Test
    void anEncoderIsReferredToTheOneThatThereIs() throws IOException {
        Called called = Called.rankine("bench", "step", "--model", ModelFixture.bertOfWords(folder));
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("is an encoder; of these there is --config roberta-base");
    }

    @Test
    void refusesWhatTheModelHasNoPlacesFor() {
        Called called = bench("--batch", 2, "--seq", 99);
        assertThat(called.exitCode()).isEqualTo(1);
        assertThat(called.err()).contains("--seq 99 is more than the 12 places");
    }

    @Test
    void refusesAnEmptyBatch() {
        Called called = bench("--batch", 0);
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("--batch and --seq must be at least 1, got 0 and 16");
    }

    @Test
    void wantsOneModelThatThereIs() {
        Called none = Called.rankine("bench", "step");
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("give either --model DIR or --config roberta-base");
        Called unknown = Called.rankine("bench", "step", "--config", "roberta-huge");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("--config roberta-huge is not known; there is: roberta-base");
    }

    @Test
    void saysWhatCanBeMeasured() {
        Called called = Called.rankine("bench");
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("which measurement?", "commands: gemm, ops, step");
    }
}
