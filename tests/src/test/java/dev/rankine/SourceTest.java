package dev.rankine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the text of the source files must keep to. */
class SourceTest {
    private static final int LONGEST = 400;
    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b|not (yet )?implemented|for now\\b", Pattern.CASE_INSENSITIVE);
    private static final List<Path> MAIN = Repository.javaFiles("main");
    private static final List<Path> TESTS = Repository.javaFiles("test");

    @Test
    void everyFileIsShortEnoughToReadInOneSitting() throws IOException {
        var tooLong = new ArrayList<String>();
        for (Path file : all()) {
            long lines = Files.readString(file).lines().count();
            if (lines > LONGEST) {
                tooLong.add(file + ": " + lines + " lines");
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void nothingIsLeftUnfinished() throws IOException {
        var unfinished = new ArrayList<String>();
        for (Path file : MAIN) {
            unfinished(Files.readString(file)).forEach(line -> unfinished.add(file + ": " + line));
        }
        assertThat(unfinished).isEmpty();
    }

    @Test
    void wordsOfTheUnfinishedAreFound() {
        assertThat(unfinished("// TODO: later\nint a;\nthrow new X(\"Not yet implemented\");\nint todos;"))
                .hasSize(2);
    }

    @Test
    void everyPackageSaysWhatItIsForAndIsNullMarked() throws IOException {
        Set<String> packages = new TreeSet<>();
        Set<String> described = new TreeSet<>();
        for (Path file : all()) {
            String text = Files.readString(file);
            String name = packageOf(text);
            packages.add(name);
            if (file.endsWith("package-info.java") && text.contains("@NullMarked") && text.startsWith("/**")) {
                assertThat(described.add(name)).as("%s is described once", name).isTrue();
            }
        }
        assertThat(described).isEqualTo(packages).contains("dev.rankine.tensor", "dev.rankine.cli");
    }

    private static List<String> unfinished(String text) {
        return text.lines().filter(line -> UNFINISHED.matcher(line).find()).toList();
    }

    private static String packageOf(String text) {
        return text.lines()
                .filter(line -> line.startsWith("package "))
                .map(line -> line.substring("package ".length(), line.indexOf(';')))
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> all() {
        return Stream.concat(MAIN.stream(), TESTS.stream()).toList();
    }
}
