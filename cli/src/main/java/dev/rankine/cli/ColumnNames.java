package dev.rankine.cli;

import dev.rankine.transformer.data.Template;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the names of a template are called in files. */
final class ColumnNames {
    @Option(
            names = "--column",
            paramLabel = "NAME=COLUMN",
            description = "What a name of the template is called in the files (default: the same).")
    private Map<String, String> columns = Map.of();

    /**
     * A template with the names that the columns have in the files.
     *
     * @throws UsageException if it has not the names that are given others, or there is none
     */
    @Nullable
    Template apply(@Nullable Template named) {
        if (named == null) {
            if (!columns.isEmpty()) {
                throw new UsageException("--column names the columns of a --template, and there is none");
            }
            return null;
        }
        columns.keySet().forEach(name -> {
            if (!named.inputs().contains(name) && !named.answer().equals(name)) {
                throw new UsageException("--column " + name + "=" + columns.get(name)
                        + ": the template has no such name; it has: " + String.join(", ", named.inputs()) + ", "
                        + named.answer());
            }
        });
        return UsageException.whileChecking(() -> named.renamed(name -> columns.getOrDefault(name, name)));
    }
}
