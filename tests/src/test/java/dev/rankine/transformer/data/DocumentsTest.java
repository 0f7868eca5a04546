package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
    private static final int ALL = Integer.MAX_VALUE;

    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void aFileIsOneDocumentOrThosePartedBySeparators() throws IOException {
        Path text = file("stories.txt", " one\r\ntwo\n<end>\n\nthree <end>\n<end>four");
        assertThat(Documents.ofText(text, null, ALL)).containsExactly(" one\r\ntwo\n<end>\n\nthree <end>\n<end>four");
        assertThat(Documents.ofText(text, "<end>", ALL)).containsExactly("one\r\ntwo", "three", "four");
        assertThat(Documents.ofText(text, "<end>", 2)).containsExactly("one\r\ntwo", "three");
        assertThatThrownBy(() -> Documents.ofText(text, "<e>", ALL))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the separator '<e>' does not occur");
    }

    @Test
    void aColumnHoldsADocumentInEveryRow() throws IOException {
        Path rows = file("rows.jsonl", "{\"id\": 1, \"text\": \"a\\nb\"}\n{\"id\": 2, \"text\": \"c\"}\n");
        assertThat(Documents.isTable(rows)).isTrue();
        assertThat(Documents.ofColumn(rows, "text", true, ALL)).containsExactly("a\nb", "c");
        assertThat(Documents.isTable(folder.resolve("tsv.txt"))).isFalse();
        Path empty = file("empty.tsv", "x\ttext\na\t \n");
        assertThatThrownBy(() -> Documents.ofColumn(empty, "text", true, ALL))
                .hasMessageContaining("line 2: column 'text': the cell is empty");
    }

    @Test
    void filesWithoutTextAreRefused() throws IOException {
        assertThatThrownBy(() -> Documents.ofText(file("a.txt", ""), null, ALL)).hasMessageContaining("empty");
        assertThatThrownBy(() -> Documents.ofText(file("b.txt", " \n"), null, ALL))
                .hasMessageContaining("white space");
        assertThatThrownBy(() -> Documents.ofText(file("c.txt", "<s> <s>"), "<s>", ALL))
                .hasMessageContaining("nothing but separators");
        Path latin = Files.write(folder.resolve("d.txt"), new byte[] {'a', '\n', (byte) 0xE4});
        assertThatThrownBy(() -> Documents.ofText(latin, null, ALL)).hasMessageContaining("line 2: not UTF-8");
    }
}
