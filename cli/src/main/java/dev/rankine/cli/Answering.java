package dev.rankine.cli;

import dev.rankine.lora.task.LanguageModelling;
import dev.rankine.lora.task.MaskedModelling;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.lora.task.Task;
import dev.rankine.lora.task.TextScoring;
import dev.rankine.transformer.data.Template;
import dev.rankine.transformer.data.TextExamples;
import dev.rankine.transformer.decode.Search;
import dev.rankine.transformer.text.UnknownCharacters;
import dev.rankine.transformer.train.Predictions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task with lines to answer.
 *
 * @param sources what is read of every line
 * @param answers what the model says, with the adapter that is on it then
 */
record Answering(Task task, List<String> sources, Supplier<List<String>> answers) {
    /**
     * Reads every line up to its first tab, or a prompt made of its cells. Warns of characters that the model does not know.
     *
     * @param most symbols that are written at most, null for as many as is usual
     */
    static Answering seq2seq(
            Seq2Seq task,
            List<String> lines,
            @Nullable Template template,
            Search search,
            @Nullable Integer most,
            Console console) {
        List<String> shown = template != null
                ? lines
                : lines.stream().map(line -> line.split("\t", 2)[0]).toList();
        List<String> sources = prompts(template, shown);
        UnknownCharacters unknown = new UnknownCharacters();
        task.countUnknown(sources, unknown);
        if (unknown.total() > 0) {
            console.warn("the model does not know " + unknown.describe());
        }
        return new Answering(task, shown, () -> escaped(task.write(sources, search, most)));
    }

    /**
     * Goes on with every line, or answers a prompt made of its cells.
     *
     * @param most symbols that are written at most, null for as many as is usual
     */
    static Answering language(
            LanguageModelling task,
            List<String> lines,
            @Nullable Template template,
            Search search,
            @Nullable Integer most) {
        List<String> prompts = prompts(template, lines);
        return new Answering(task, lines, () -> escaped(task.write(prompts, search, most)));
    }

    /** Fills the holes of every line. */
    static Answering masked(MaskedModelling task, List<String> lines) {
        return new Answering(task, lines, () -> escaped(task.fill(lines)));
    }

    /** As they stand in a line. */
    private static List<String> escaped(List<String> answers) {
        return answers.stream().map(Predictions::escaped).toList();
    }

    private static List<String> prompts(@Nullable Template template, List<String> lines) {
        if (template == null) {
            return lines;
        }
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            prompts.add(prompt(template, lines.get(i), i + 1));
        }
        return prompts;
    }

    private static String prompt(Template template, String line, int number) {
        List<String> names = template.inputs();
        String[] cells = line.split("\t", -1);
        if (cells.length < names.size()) {
            throw new UsageException("line " + number + " has " + cells.length
                    + (cells.length == 1 ? " column" : " columns") + "; the template needs "
                    + String.join(", ", names));
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            values.put(names.get(i), cells[i]);
        }
        return template.prompt(values);
    }

    /** @param pairs whether a line holds two texts with a tab between them */
    static Answering scoring(TextScoring task, List<String> lines, boolean pairs) {
        List<TextExamples.Text> texts = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String[] cells = lines.get(i).split("\t", -1);
            if (pairs && cells.length < 2) {
                throw new UsageException(
                        "line " + (i + 1) + " has one text; this task reads two with a tab between them");
            }
            texts.add(new TextExamples.Text(cells[0], pairs ? cells[1] : null));
        }
        List<String> sources = texts.stream()
                .map(text -> text.pair() == null ? text.text() : text.text() + "\t" + text.pair())
                .toList();
        return new Answering(
                task,
                sources,
                () -> task.answer(texts).stream().map(Answering::text).toList());
    }

    private static String text(TextScoring.Answer answer) {
        return answer.certainty() == null
                ? answer.answer()
                : answer.answer() + String.format(Locale.ROOT, "\t%.4f", answer.certainty());
    }
}
