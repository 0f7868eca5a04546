package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class TsvPairsPropertyTest {
    private static Path folder;

    @BeforeContainer
    static void makeFolder() throws IOException {
        folder = Files.createTempDirectory("rankine-tsv");
    }

    @AfterContainer
    static void removeFolder() throws IOException {
        Files.deleteIfExists(folder.resolve("pairs.tsv"));
        Files.delete(folder);
    }

    private static Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("pairs.tsv"), content);
    }

    private static Path file(String content) throws IOException {
        return file(content.getBytes(StandardCharsets.UTF_8));
    }

    @Provide
    Arbitrary<List<TextPair>> pairs() {
        Arbitrary<String> text = Arbitraries.strings()
                .withChars("ab \u02C8\u00E6\u2028\u0085_")
                .ofMinLength(1)
                .ofMaxLength(6);
        return Combinators.combine(text, text)
                .as(TextPair::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    @Property(tries = 200)
    void whatIsWrittenIsRead(
            @ForAll("pairs") List<TextPair> pairs,
            @ForAll boolean windows,
            @ForAll boolean ended,
            @ForAll boolean mark,
            @ForAll @IntRange(min = 1, max = 30) int limit)
            throws IOException {
        String end = windows ? "\r\n" : "\n";
        String content = pairs.stream()
                .map(pair -> pair.source() + "\t" + pair.target())
                .collect(Collectors.joining(end, mark ? "\uFEFF" : "", ended ? end : ""));
        Path file = file(content);
        assertThat(TsvPairs.read(file)).isEqualTo(pairs);
        assertThat(TsvPairs.read(file, limit)).isEqualTo(pairs.subList(0, Math.min(limit, pairs.size())));
    }

    @Property(tries = 100)
    void aBadRowIsNamedByItsLine(
            @ForAll("pairs") List<TextPair> pairs, @ForAll @IntRange(max = 20) int at, @ForAll BadRow bad)
            throws IOException {
        int line = Math.min(at, pairs.size());
        List<String> rows = pairs.stream()
                .map(pair -> pair.source() + "\t" + pair.target())
                .collect(Collectors.toCollection(ArrayList::new));
        rows.add(line, bad.row);
        Path file = file(String.join("\n", rows) + "\n");
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> TsvPairs.read(file))
                .withMessageContaining(file.toString())
                .withMessageContaining("line " + (line + 1) + ":")
                .withMessageContaining(bad.problem)
                .satisfies(error -> assertThat(error.line()).isEqualTo(line + 1));
        if (line > 0) {
            assertThat(TsvPairs.read(file, line)).hasSize(line);
        }
    }

    enum BadRow {
        EMPTY("", "empty; expected"),
        NO_TAB("abc", "no tab"),
        THREE_COLUMNS("a\tb\tc", "3 columns"),
        TRAILING_TAB("a\tb\t", "3 columns"),
        NO_SOURCE("\tb", "the source is empty"),
        NO_TARGET("a\t", "the target is empty");

        final String row;
        final String problem;

        BadRow(String row, String problem) {
            this.row = row;
            this.problem = problem;
        }
    }

    @Example
    void bytesThatAreNotUtf8AreNamedByTheirLine() throws IOException {
        Path file = file(new byte[] {'a', '\t', 'b', '\n', 'c', '\t', (byte) 0xE9, '\n'});
        assertThatThrownBy(() -> TsvPairs.read(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("line 2: not UTF-8");
        assertThat(TsvPairs.read(file, 1)).containsExactly(new TextPair("a", "b"));
    }

    @Example
    void emptyMissingAndUnreadableFilesAreRefused() throws IOException {
        Path empty = file("");
        assertThatThrownBy(() -> TsvPairs.read(empty))
                .hasMessageContaining("empty")
                .hasMessageContaining("pairs.tsv");
        Path onlyMark = file("\uFEFF");
        assertThatThrownBy(() -> TsvPairs.read(onlyMark)).hasMessageContaining("empty");
        Path missing = folder.resolve("missing.tsv");
        assertThatThrownBy(() -> TsvPairs.read(missing))
                .isInstanceOf(DataException.class)
                .hasMessage(missing + ": there is no such file");
        assertThatThrownBy(() -> TsvPairs.read(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> TsvPairs.read(missing, 0)).hasMessageContaining("at least 1");
    }
}
