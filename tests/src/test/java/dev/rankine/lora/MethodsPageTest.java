package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of settings in docs/methods.md are made from the records; {@code -Drankine.update=true} writes them anew. */
class MethodsPageTest {
    private static final Path PAGE = Repository.root().resolve("docs/methods.md");
    private static final String BEGIN = "<!-- from here on made by MethodsPageTest -->\n";
    private static final String SOURCES = "../lora/src/main/java/dev/rankine/lora/";

    @Test
    void theSettingsInTheDocsAreThoseOfTheRecords() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(page).contains(BEGIN);
        String made = page.substring(0, page.indexOf(BEGIN)) + BEGIN + settings();
        if (Boolean.getBoolean("rankine.update")) {
            Files.writeString(PAGE, made);
        }
        assertThat(Files.readString(PAGE))
                .as("the tables of docs/methods.md are made from the records: run this test with -Drankine.update=true")
                .isEqualTo(made);
    }

    private static String settings() {
        return Methods.all().stream().map(MethodsPageTest::section).collect(Collectors.joining());
    }

    private static String section(Method method) {
        String heading = "\n### `%s`\n\n%s. [Source](%s%s.java)\n"
                .formatted(
                        method.name(),
                        method.title(),
                        SOURCES,
                        method.getClass().getSimpleName());
        if (method.explained().isEmpty()) {
            return heading + "\nNothing can be set.\n";
        }
        return heading + "\n| setting | default | meaning |\n|---|---|---|\n"
                + method.explained().stream().map(MethodsPageTest::row).collect(Collectors.joining());
    }

    private static String row(MethodSetting setting) {
        String choices = setting.choices().isEmpty()
                ? ""
                : setting.choices().stream().collect(Collectors.joining("`, `", ": `", "`"));
        String meaning = setting.meaning() + choices;
        return "| `%s` | %s | %s |\n".formatted(setting.key(), setting.value(), meaning.replace("|", "\\|"));
    }
}
