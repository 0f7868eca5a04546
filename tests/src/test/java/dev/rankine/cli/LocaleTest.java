package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** German writes 0,5, Turkish has an i without a dot, and Arabic digits of its own: none of it is seen in what Rankine writes. */
class LocaleTest {
    private final Locale before = Locale.getDefault();

    @TempDir
    Path folder;

    @AfterEach
    void putBack() {
        Locale.setDefault(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"de-DE", "tr-TR", "ar-EG-u-nu-arab"})
    void numbersAndNamesAreThoseOfEveryOtherLanguage(String language) throws Exception {
        String plain = everything(folder.resolve("plain"), Locale.ROOT);
        String there = everything(folder.resolve("there"), Locale.forLanguageTag(language));
        assertThat(there).isEqualTo(plain);
    }

    private static String everything(Path folder, Locale locale) throws Exception {
        Locale.setDefault(locale);
        Workbench bench = Workbench.in(Files.createDirectories(folder));
        bench.write("train.tsv", List.of("abc\tABC", "ab\tAB", "xyz\tXYZ")); // three letters that the model lacks
        StringBuilder all = new StringBuilder();
        for (Called called : List.of(
                bench.finetune("--method", "salora", "--rank", 2, "--lr", "0.01", "--out", bench.out()),
                Called.rankine(
                        "inspect",
                        "--model",
                        bench.model(),
                        "--adapter",
                        bench.out().resolve("adapter")),
                Called.rankine(
                        "evaluate",
                        "--model",
                        bench.model(),
                        "--adapter",
                        bench.out().resolve("adapter"),
                        "--dev",
                        bench.dev(),
                        "--backend",
                        "reference"),
                Called.rankine(
                        "merge",
                        "--model",
                        bench.model(),
                        "--adapter",
                        bench.out().resolve("adapter"),
                        "--out",
                        folder.resolve("merged"),
                        "--backend",
                        "reference"),
                Called.rankine("methods"))) {
            all.append(called.exitCode()).append(called.out()).append(called.err());
        }
        all.append(Files.readString(bench.out().resolve("summary.json")));
        all.append(Files.readString(bench.out().resolve("metrics.jsonl")));
        // times differ, and the width of columns with them
        return all.toString()
                .replace(folder.toString(), "")
                .replaceAll("[0-9]+", "#")
                .replaceAll(" +", " ");
    }
}
