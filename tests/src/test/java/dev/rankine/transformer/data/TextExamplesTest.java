package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextExamplesTest {
    private static final int ALL = Integer.MAX_VALUE;
    private static final TextColumns SINGLE = new TextColumns("text", null, "label", true);
    private static final TextColumns PAIRS = new TextColumns("a", "b", "score", true);

    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static TextExamples.Text text(String text, @Nullable String pair) {
        return new TextExamples.Text(text, pair);
    }

    @Test
    void tabsAreNoQuotesInTsv() throws IOException {
        Path file = file("x.tsv", "\uFEFFid\tlabel\ttext\r\n7\tyes\t\"so\" he said\r\n8\tno\t a, b \r\n");
        TextExamples examples = TextExamples.read(file, SINGLE, ALL);
        assertThat(examples.texts()).containsExactly(text("\"so\" he said", null), text(" a, b ", null));
        assertThat(examples.labels()).containsExactly("yes", "no");
        assertThat(examples.distinctLabels()).containsExactly("no", "yes");
        assertThat(TextExamples.read(file, SINGLE, 1).size()).isEqualTo(1);
    }

    @Test
    void csvHasQuotesCommasAndLineEndsInCells() throws IOException {
        Path file = file("x.CSV", "score,a,b\n1.5,\"one, \"\"two\"\"\",\"three\nfour\"\n-2,five,six\n");
        TextExamples examples = TextExamples.read(file, PAIRS, ALL);
        assertThat(examples.texts()).containsExactly(text("one, \"two\"", "three\nfour"), text("five", "six"));
        assertThat(examples.scores()).containsExactly(1.5, -2);
    }

    @Test
    void jsonlHasAnObjectInEveryLine() throws IOException {
        Path file = file(
                "x.jsonl",
                "{\"a\": \"x\\ty\", \"b\": \"z\", \"score\": 3, \"more\": [1]}\n{\"score\":\"4\",\"b\":\"q\",\"a\":\"p\"}\n");
        TextExamples examples = TextExamples.read(file, PAIRS, ALL);
        assertThat(examples.texts()).containsExactly(text("x\ty", "z"), text("p", "q"));
        assertThat(examples.scores()).containsExactly(3, 4);
    }

    @Test
    void columnsOfFilesWithoutAHeaderHaveNumbers() throws IOException {
        Path file = file("cola.tsv", "gj04\t1\t\tIt is.\ngj04\t0\t*\tIs it is.\n");
        TextExamples examples = TextExamples.read(file, Glue.COLA.columns(), ALL);
        assertThat(examples.texts()).containsExactly(text("It is.", null), text("Is it is.", null));
        assertThat(examples.classes(Glue.COLA.labels())).containsExactly(1, 0);
        assertThatThrownBy(() -> TextExamples.read(file, new TextColumns("5", null, "2", false), ALL))
                .hasMessageContaining("line 1: there is no column '5'; the file has: 1 to 4, since it has no header");
    }

    @Test
    void labelsThatAreNumbersAreSortedByValue() throws IOException {
        Path file = file("x.tsv", "text\tlabel\na\t10\nb\t9\nc\t10\nd\t-1\n");
        assertThat(TextExamples.read(file, SINGLE, ALL).distinctLabels()).containsExactly("-1", "9", "10");
    }

    @Test
    void errorsNameFileLineAndColumn() throws IOException {
        Path file = file("x.tsv", "text\tlabel\na\tyes\nb\tmaybe\n");
        assertThatThrownBy(() -> TextExamples.read(file, SINGLE, ALL).classes(List.of("no", "yes")))
                .isInstanceOf(DataException.class)
                .hasMessage(file + ", line 3: column 'label': label 'maybe' is none of no, yes");
        assertThatThrownBy(() -> TextExamples.read(file, SINGLE, ALL).scores())
                .hasMessage(file + ", line 2: column 'label': 'yes' is no number");
        assertThatThrownBy(() -> TextExamples.read(file, PAIRS, ALL))
                .hasMessage(file + ", line 1: there is no column 'a'; the file has: text, label");
        assertThatThrownBy(() -> TextExamples.read(file("r.tsv", "text\tlabel\na\t1\nb\n"), SINGLE, ALL))
                .hasMessageEndingWith("r.tsv, line 3: 1 column, the first line has 2");
        assertThatThrownBy(() -> TextExamples.read(file("e.tsv", "text\tlabel\n \t1\n"), SINGLE, ALL))
                .hasMessageEndingWith("e.tsv, line 2: column 'text': the cell is empty");
        assertThatThrownBy(() -> TextExamples.read(file("i.tsv", "text\tlabel\na\tNaN\n"), SINGLE, ALL)
                        .scores())
                .hasMessageEndingWith("i.tsv, line 2: column 'label': a score must be finite, got NaN");
        assertThatThrownBy(() -> TextExamples.read(file("h.tsv", "text\tlabel\n"), SINGLE, ALL))
                .hasMessageEndingWith("h.tsv: there is no row behind the header");
        assertThatThrownBy(() -> TextExamples.read(file("empty.csv", ""), SINGLE, ALL))
                .hasMessageEndingWith("empty.csv: the file is empty; expected a row in every line");
        assertThatThrownBy(() -> TextExamples.read(folder.resolve("none.csv"), SINGLE, ALL))
                .hasMessageEndingWith("none.csv: there is no such file");
    }

    @Test
    void malformedRowsAreNamed() throws IOException {
        assertThatThrownBy(() -> TextExamples.read(file("q.csv", "text,label\n\"a,1\n"), SINGLE, ALL))
                .hasMessageContaining("q.csv, line ")
                .hasMessageContaining("malformed CSV");
        assertThatThrownBy(() ->
                        TextExamples.read(file("q.jsonl", "{\"text\": \"a\", \"label\": 1}\n{\"text\"\n"), SINGLE, ALL))
                .hasMessageContaining("q.jsonl, line 2: malformed JSON");
        assertThatThrownBy(() -> TextExamples.read(file("l.jsonl", "[1]\n"), SINGLE, ALL))
                .hasMessageContaining("l.jsonl, line 1: expected a JSON object");
        assertThatThrownBy(() -> TextExamples.read(file("m.jsonl", "{\"text\": \"a\"}\n"), SINGLE, ALL))
                .hasMessageContaining("m.jsonl, line 1: there is no column 'label'; the file has: text");
        assertThatThrownBy(() -> TextExamples.read(file("n.jsonl", "{\"text\": null, \"label\": 1}\n"), SINGLE, ALL))
                .hasMessageContaining("n.jsonl, line 1: column 'text' must be a text or a number, got null");
        Path latin = folder.resolve("latin.csv");
        Files.write(latin, new byte[] {'t', ',', 'l', '\n', 'a', ',', '1', '\n', (byte) 0xE9, ',', '1', '\n'});
        assertThatThrownBy(() -> TextExamples.read(latin, SINGLE, ALL))
                .hasMessageContaining("latin.csv, line 3: not UTF-8");
    }

    @ParameterizedTest
    @CsvSource({
        "CoLA,COLA,8551,1043",
        "MRPC,MRPC,3667,408",
        "RTE,RTE,2490,277",
        "SST-2,SST2,67349,872",
        "STS-B,STSB,5749,1500"
    })
    void theFilesOfGlueAreReadWhole(String name, Glue task, int train, int dev) {
        Path data = RealData.at("glue/" + name);
        for (Map.Entry<String, Integer> part :
                Map.of("train.tsv", train, "dev.tsv", dev).entrySet()) {
            TextExamples examples = TextExamples.read(data.resolve(part.getKey()), task.columns(), ALL);
            assertThat(examples.size()).isEqualTo(part.getValue());
            if (task.isRegression()) {
                assertThat(Arrays.stream(examples.scores())).allMatch(score -> score >= 0 && score <= 5);
            } else {
                assertThat(examples.classes(task.labels())).contains(0, 1);
            }
        }
    }
}
