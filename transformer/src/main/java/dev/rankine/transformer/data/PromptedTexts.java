package dev.rankine.transformer.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads prompts and their answers from the columns that a template names. */
public final class PromptedTexts {
    private PromptedTexts() {}

    /**
     * The first rows of a {@code .tsv}, {@code .csv} or {@code .jsonl} file as prompts and answers.
     *
     * @param header whether the first line names the columns; otherwise the template's names are numbers, from 1 on
     * @throws DataException naming file, line and column, if a column is not there, an answer is empty or a row malformed
     */
    public static List<TextPair> read(Path file, Template template, boolean header, int limit) {
        List<String> inputs = template.inputs();
        List<String> columns = new ArrayList<>(inputs);
        columns.add(template.answer());
        Table table = Table.read(file, columns, header, limit);
        List<TextPair> pairs = new ArrayList<>();
        for (Table.Row row : table.rows()) {
            Map<String, String> values = new HashMap<>();
            for (int i = 0; i < inputs.size(); i++) {
                values.put(inputs.get(i), row.cells().get(i));
            }
            String answer = row.cells().getLast();
            if (answer.isBlank()) {
                throw table.error(row, template.answer(), "the answer is empty");
            }
            pairs.add(new TextPair(template.prompt(values), answer));
        }
        return pairs;
    }
}
