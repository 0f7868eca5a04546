package dev.rankine.cli;

import dev.rankine.lora.task.TaskFile;
import dev.rankine.transformer.data.Glue;
import dev.rankine.transformer.data.TextColumns;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where a file holds texts and labels.
 *
 * @param labels in the order of their numbers; empty to take those that occur
 * @param metric by which the format is usually judged; null where that is the task's own
 */
record DataFormat(
        TextColumns columns, List<String> labels, @Nullable String metric) {
    /** The options that say so. */
    static final class Options {
        @Option(
                names = "--format",
                paramLabel = "NAME",
                description = "A GLUE file as it is distributed: cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte, wnli.")
        private @Nullable String format;

        @Option(names = "--text-column", paramLabel = "NAME", description = "Column of the text (default: text).")
        private @Nullable String text;

        @Option(names = "--pair-column", paramLabel = "NAME", description = "Column of a second text (default: none).")
        private @Nullable String pair;

        @Option(
                names = "--label-column",
                paramLabel = "NAME",
                description = "Column of the class or score (default: label).")
        private @Nullable String label;

        @Option(
                names = "--labels",
                paramLabel = "NAME",
                split = ",",
                description =
                        "The classes, the positive one of two last (default: those of the training data, sorted).")
        private List<String> labels = List.of();

        @Option(
                names = "--no-header",
                description = "The first line is an example already; columns are numbered from 1.")
        private boolean noHeader;

        /** @param known what the adapter in use was trained for, null if nothing is known */
        DataFormat choose(String task, boolean classes, @Nullable TaskFile known) {
            if (format == null) {
                List<String> given = labels.isEmpty() && known != null ? known.labels() : labels;
                return new DataFormat(
                        new TextColumns(text == null ? "text" : text, pair, label == null ? "label" : label, !noHeader),
                        given,
                        null);
            }
            if (text != null || pair != null || label != null || noHeader || !labels.isEmpty()) {
                throw new UsageException("--format " + format + " says already what --text-column, --pair-column,"
                        + " --label-column, --labels and --no-header would say: drop them or it");
            }
            String name = format;
            Glue glue = UsageException.whileChecking(() -> Glue.named(name));
            if (glue.isRegression() == classes) {
                throw new UsageException("--format " + format + " is for --task "
                        + (glue.isRegression() ? "regress" : "classify") + ", not " + task);
            }
            boolean same = known != null && Set.copyOf(known.labels()).equals(Set.copyOf(glue.labels()));
            return new DataFormat(
                    glue.columns(), known != null && same ? known.labels() : glue.labels(), glue.metric());
        }

        /** The column of the text, null for the usual one. */
        @Nullable
        String text() {
            return text;
        }

        /** Whether the first line names the columns. */
        boolean header() {
            return !noHeader;
        }

        /** Refuses what a task without labels has no use for. */
        void requireNoLabels(String task) {
            if (format != null || pair != null || label != null || !labels.isEmpty()) {
                throw new UsageException("--format, --pair-column, --label-column and --labels"
                        + " are for --task classify and regress, not " + task);
            }
        }

        /** Refuses what lines of source, tab, target have no use for. */
        void requireNone(String task) {
            requireNoLabels(task);
            if (text != null || noHeader) {
                throw new UsageException("--text-column and --no-header are for files with named columns; --task "
                        + task + " reads source, tab, target in every line");
            }
        }
    }
}
