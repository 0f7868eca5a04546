package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.transformer.train.Outcome.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class PredictionsPropertyTest {
    private static Path folder;

    @BeforeContainer
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("predictions");
    }

    @AfterContainer
    static void removeFolder() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static Predictions file(String name) {
        return new Predictions(folder.resolve(name));
    }

    @Provide
    Arbitrary<List<Outcome>> outcomes() {
        Arbitrary<String> texts =
                Arbitraries.strings().withChars("ab \t\n\r\\ɔ\"tnr").ofMaxLength(6);
        Arbitrary<Part> parts = Combinators.combine(
                        Arbitraries.doubles().between(-1e6, 1e6),
                        Arbitraries.integers().between(0, 9))
                .as((amount, size) -> new Part(Math.abs(amount) > 10 ? Math.rint(amount) : amount, size));
        return Combinators.combine(texts, texts, texts, parts, parts)
                .as((source, reference, prediction, one, two) ->
                        new Outcome(source, reference, prediction, ordered(one, two)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    private static Map<String, Part> ordered(Part one, Part two) {
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("exact", one);
        parts.put("error_rate", two);
        return parts;
    }

    @Property(tries = 200)
    void whatIsWrittenIsRead(@ForAll("outcomes") List<Outcome> outcomes) {
        file("some.tsv").write(outcomes);
        assertThat(file("some.tsv").read()).isEqualTo(outcomes);
    }

    @Example
    void theMetricIsTheSumOfAmountsOverTheSumOfSizes() {
        assertThat(Outcome.metrics(
                        List.of(ordered(new Part(1, 1), new Part(2, 4)), ordered(new Part(0, 1), new Part(1, 2)))))
                .isEqualTo(Map.of("exact", .5, "error_rate", .5));
        assertThatThrownBy(() -> Outcome.metrics(List.of(Map.of("error_rate", new Part(2, 0)))))
                .hasMessageContaining("error_rate has no meaning");
    }

    @Example
    void whatIsNoPredictionsFileIsRefused() throws IOException {
        assertThatThrownBy(() -> file("absent.tsv").read())
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("absent.tsv");
        refuse("a\tb\n", "header");
        refuse("source\treference\tprediction\texact\texact/of\n", "no predictions");
        refuse("source\treference\tprediction\texact\texact/of\na\tb\tc\t1\n", "line 2: 4 columns, the header has 5");
        refuse("source\treference\tprediction\texact\texact/of\na\tb\tc\tone\t1\n", "line 2");
        refuse("source\treference\tprediction\texact\texact/of\na\tb\\x\tc\t1\t1\n", "backslash");
    }

    private static void refuse(String content, String reason) throws IOException {
        Files.writeString(folder.resolve("bad.tsv"), content);
        assertThatThrownBy(() -> file("bad.tsv").read())
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining(reason);
    }
}
