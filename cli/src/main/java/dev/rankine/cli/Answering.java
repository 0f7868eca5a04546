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
 * A task with something to answer.
 *
 * @param sources what is read, as lines
 * @param texts how many texts it reads of each
 * @param answers what the model says, with the adapter that is on it then
 */
record Answering(Task task, List<String> sources, int texts, Supplier<List<String>> answers) {
    /**
     * Reads every first text, or a prompt made of some. Warns of characters that the model does not know.
     *
     * @param most symbols that are written at most, null for as many as is usual
     */
    static Answering seq2seq(
            Seq2Seq task,
            List<Asked> asked,
            @Nullable Template template,
            Search search,
            @Nullable Integer most,
            Console console) {
        List<String> sources = template != null
                ? prompts(template, asked)
                : asked.stream().map(row -> row.cells().getFirst()).toList();
        UnknownCharacters unknown = new UnknownCharacters();
        task.countUnknown(sources, unknown);
        if (unknown.total() > 0) {
            console.warn("the model does not know " + unknown.describe());
        }
        List<String> shown = template != null
                ? lines(asked)
                : asked.stream().map(row -> row.line(1)).toList();
        return new Answering(task, shown, texts(template), () -> escaped(task.write(sources, search, most)));
    }

    /**
     * Goes on with every text, or answers a prompt made of some.
     *
     * @param most symbols that are written at most, null for as many as is usual
     */
    static Answering language(
            LanguageModelling task,
            List<Asked> asked,
            @Nullable Template template,
            Search search,
            @Nullable Integer most) {
        List<String> prompts = template == null ? whole(asked) : prompts(template, asked);
        return new Answering(task, lines(asked), texts(template), () -> escaped(task.write(prompts, search, most)));
    }

    /** Fills the holes of every text. */
    static Answering masked(MaskedModelling task, List<Asked> asked) {
        return new Answering(task, lines(asked), 1, () -> escaped(task.fill(whole(asked))));
    }

    private static int texts(@Nullable Template template) {
        return template == null ? 1 : template.inputs().size();
    }

    private static List<String> whole(List<Asked> asked) {
        return asked.stream().map(Asked::text).toList();
    }

    private static List<String> lines(List<Asked> asked) {
        return asked.stream().map(Asked::line).toList();
    }

    /** As they stand in a line. */
    private static List<String> escaped(List<String> answers) {
        return answers.stream().map(Predictions::escaped).toList();
    }

    private static List<String> prompts(Template template, List<Asked> asked) {
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            prompts.add(prompt(template, asked.get(i).cells(), i + 1));
        }
        return prompts;
    }

    private static String prompt(Template template, List<String> cells, int number) {
        List<String> names = template.inputs();
        if (cells.size() < names.size()) {
            throw new UsageException("line " + number + " has " + cells.size()
                    + (cells.size() == 1 ? " column" : " columns") + "; the template needs "
                    + String.join(", ", names));
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            values.put(names.get(i), cells.get(i));
        }
        return template.prompt(values);
    }

    /** @param pairs whether two texts are read together */
    static Answering scoring(TextScoring task, List<Asked> asked, boolean pairs) {
        int count = pairs ? 2 : 1;
        List<TextExamples.Text> texts = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            List<String> cells = asked.get(i).cells();
            if (cells.size() < count) {
                throw new UsageException(
                        "line " + (i + 1) + " has one text; this task reads two with a tab between them");
            }
            texts.add(new TextExamples.Text(cells.getFirst(), pairs ? cells.get(1) : null));
        }
        return new Answering(
                task,
                asked.stream().map(row -> row.line(count)).toList(),
                count,
                () -> task.answer(texts).stream().map(Answering::text).toList());
    }

    private static String text(TextScoring.Answer answer) {
        return answer.certainty() == null
                ? answer.answer()
                : answer.answer() + String.format(Locale.ROOT, "\t%.4f", answer.certainty());
    }
}
