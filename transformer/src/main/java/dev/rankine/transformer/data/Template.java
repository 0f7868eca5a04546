package dev.rankine.transformer.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * How a prompt is put together from named columns, with the answer behind it:
 *
 * <pre>
 * Translate this to German.
 * English: {en}
 * German: {de}
 * </pre>
 *
 * The name in braces that stands last is the answer, everything before it is the prompt. Doubled braces stand for themselves;
 * line ends behind the answer do not count.
 */
public final class Template {
    private final String text;
    private final List<String> literals = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    private Template(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException saying where, if the text is no template */
    public static Template of(String text) {
        Template template = new Template(withoutLineEnds(text));
        String rest = template.parse();
        if (template.names.isEmpty() || !rest.isEmpty()) {
            throw new IllegalArgumentException(
                    "a template must end with the name of the answer's column in braces, such as {answer}"
                            + (rest.isEmpty() ? "" : "; this one ends with '" + rest.strip() + "'"));
        }
        if (template.inputs().contains(template.answer())) {
            throw new IllegalArgumentException(
                    "the answer {" + template.answer() + "} stands in the prompt too: there would be nothing to learn");
        }
        return template;
    }

    private static String withoutLineEnds(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Fills names and the literals before them; returns what stands behind the last name. */
    private String parse() {
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean doubled = i + 1 < text.length() && text.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && doubled) {
                literal.append(c);
                i++;
            } else if (c == '{') {
                int end = text.indexOf('}', i);
                String name = end < 0 ? "" : text.substring(i + 1, end).strip();
                if (name.isEmpty() || name.contains("{") || name.contains("\n")) {
                    throw wrong(i, "'{' begins the name of a column, which ends with '}'; write '{{' for a brace");
                }
                literals.add(literal.toString());
                names.add(name);
                literal.setLength(0);
                i = end;
            } else if (c == '}') {
                throw wrong(i, "'}' ends no name; write '}}' for a brace");
            } else {
                literal.append(c);
            }
        }
        return literal.toString();
    }

    private IllegalArgumentException wrong(int place, String problem) {
        long line = 1 + text.substring(0, place).chars().filter(c -> c == '\n').count();
        return new IllegalArgumentException("line " + line + " of the template: " + problem);
    }

    /** What {@link #of} makes this of again. */
    public String text() {
        return text;
    }

    /** The names of the prompt's columns, each once, in their order. */
    public List<String> inputs() {
        return names.subList(0, names.size() - 1).stream().distinct().toList();
    }

    /** The name of the answer's column. */
    public String answer() {
        return names.getLast();
    }

    /** The same with other names, such as those of a file's columns. */
    public Template renamed(UnaryOperator<String> name) {
        StringBuilder renamed = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            renamed.append(literals.get(i).replace("{", "{{").replace("}", "}}"));
            renamed.append('{').append(name.apply(names.get(i))).append('}');
        }
        return of(renamed.toString());
    }

    /**
     * What stands before the answer.
     *
     * @param values of every name in {@link #inputs}; they are taken as they are, braces included
     */
    public String prompt(Map<String, String> values) {
        StringBuilder prompt = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            prompt.append(literals.get(i));
            if (i < names.size() - 1) {
                String value = values.get(names.get(i));
                if (value == null) {
                    throw new IllegalArgumentException(
                            "the template needs " + names.get(i) + ", there are " + values.keySet());
                }
                prompt.append(value);
            }
        }
        return prompt.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Template template && template.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
