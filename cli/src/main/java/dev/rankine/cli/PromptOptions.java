package dev.rankine.cli;

import dev.rankine.lora.task.TaskFile;
import dev.rankine.transformer.data.Template;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How texts to go on with are put together. */
final class PromptOptions {
    @Option(
            names = "--template",
            paramLabel = "NAME|FILE",
            description =
                    "How a prompt is made from named columns, its answer last, such as 'English: {en} German: {de}'"
                            + " in a file; or one of those that come with the program: alpaca, alpaca-short, style-positive,"
                            + " style-negative, style-formal, style-informal. Only the answer is learnt.")
    private @Nullable String template;

    /** @param known what the adapter in use was trained for, null if nothing is known */
    @Nullable
    Template template(@Nullable TaskFile known) {
        if (template != null) {
            return Templates.read(template);
        }
        return known == null ? null : UsageException.whileChecking(known::promptTemplate);
    }

    /** Refuses what a task without prompts has no use for. */
    void requireNone(String task) {
        if (template != null) {
            throw new UsageException("--template is for --task lm and seq2seq, not " + task);
        }
    }
}
