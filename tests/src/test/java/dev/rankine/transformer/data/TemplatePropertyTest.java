package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TemplatePropertyTest {
    @Provide
    Arbitrary<List<String>> literals() {
        return Arbitraries.strings()
                .withChars("ab {}\n:#\u00e4")
                .ofMaxLength(8)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    @Provide
    Arbitrary<List<String>> values() {
        return Arbitraries.strings().withChars("xy {}\n0").ofMaxLength(6).list().ofSize(5);
    }

    private static String escaped(String literal) {
        return literal.replace("{", "{{").replace("}", "}}");
    }

    /** Literals with a name behind each: {0}, {1}, ..., the last the answer. */
    private static String text(List<String> literals) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < literals.size(); i++) {
            text.append(escaped(literals.get(i))).append("{c").append(i).append('}');
        }
        return text.toString();
    }

    @Property(tries = 300)
    void aPromptIsItsLiteralsWithTheValuesBetweenThemAsTheyAre(
            @ForAll("literals") List<String> literals, @ForAll("values") List<String> values) {
        Template template = Template.of(text(literals));
        int inputs = literals.size() - 1;
        Map<String, String> given = new LinkedHashMap<>();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < inputs; i++) {
            given.put("c" + i, values.get(i));
            expected.append(literals.get(i)).append(values.get(i));
        }
        expected.append(literals.getLast());
        assertThat(template.prompt(given)).isEqualTo(expected.toString());
        assertThat(template.answer()).isEqualTo("c" + inputs);
        assertThat(template.inputs()).containsExactlyElementsOf(given.keySet());
    }

    @Property(tries = 200)
    void aTemplateIsWhatItsTextSaysAndSurvivesRenaming(@ForAll("literals") List<String> literals) {
        Template template = Template.of(text(literals));
        assertThat(Template.of(template.text())).isEqualTo(template).hasSameHashCodeAs(template);
        assertThat(Template.of(template.text() + "\r\n\n")).isEqualTo(template);
        Template there = template.renamed(name -> "other " + name);
        assertThat(there.answer()).isEqualTo("other " + template.answer());
        assertThat(there.renamed(name -> name.substring("other ".length()))).isEqualTo(template);
    }

    @Example
    void aNameMayStandTwiceButTheAnswerNot() {
        Template twice = Template.of("{ a } and {a}: {b}");
        assertThat(twice.inputs()).containsExactly("a");
        assertThat(twice.prompt(Map.of("a", "{b}"))).isEqualTo("{b} and {b}: ");
        assertThatThrownBy(() -> Template.of("{b}: {b}"))
                .hasMessageContaining("the answer {b} stands in the prompt too");
    }

    @Example
    void whatIsNoTemplateIsRefusedWithItsLine() {
        assertThatThrownBy(() -> Template.of("no names")).hasMessageContaining("must end with the name of the answer");
        assertThatThrownBy(() -> Template.of("{a} end")).hasMessageContaining("this one ends with 'end'");
        assertThatThrownBy(() -> Template.of("one\ntwo {a")).hasMessageContaining("line 2 of the template: '{' begins");
        assertThatThrownBy(() -> Template.of("a } {b}"))
                .hasMessageContaining("line 1 of the template: '}' ends no name");
        assertThatThrownBy(() -> Template.of("{} {b}")).hasMessageContaining("'{' begins the name");
        assertThatThrownBy(() -> Template.of("{a} {b}").prompt(Map.of("c", "x")))
                .hasMessageContaining("needs a");
    }

    @Example
    void promptsAreReadFromNamedColumns() throws Exception {
        Path file = Files.createTempFile("rankine", ".csv");
        try {
            Files.writeString(file, "de,x,en\nHund,1,dog\n\"a,b\",2,c\n");
            Template template = Template.of("English: {en}\nGerman: {de}");
            assertThat(PromptedTexts.read(file, template, true, 9))
                    .containsExactly(
                            new TextPair("English: dog\nGerman: ", "Hund"),
                            new TextPair("English: c\nGerman: ", "a,b"));
            assertThat(PromptedTexts.read(file, Template.of("{3}{1}"), false, 1))
                    .containsExactly(new TextPair("en", "de"));
            assertThatThrownBy(() -> PromptedTexts.read(file, Template.of("{fr}{de}"), true, 9))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("there is no column 'fr'; the file has: de, x, en");
            Files.writeString(file, "de,en\n ,dog\n");
            assertThatThrownBy(() -> PromptedTexts.read(file, template, true, 9))
                    .hasMessageContaining("line 2: column 'de': the answer is empty");
        } finally {
            Files.delete(file);
        }
    }
}
