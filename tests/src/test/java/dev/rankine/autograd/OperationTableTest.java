package dev.rankine.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The table docs/operations.md is made from the registry; {@code -Drankine.update=true} writes it anew.
 */
class OperationTableTest {
    private static final Path TABLE = Repository.root().resolve("docs/operations.md");

    @Test
    void theTableInTheDocsIsUpToDate() throws IOException {
        if (Boolean.getBoolean("rankine.update")) {
            Files.createDirectories(TABLE.getParent());
            Files.writeString(TABLE, table());
        }
        assertThat(Files.readString(TABLE))
                .as("docs/operations.md is made from the registry: run this test with -Drankine.update=true")
                .isEqualTo(table());
    }

    private static String table() {
        return """
                # Operations

                Made from the registry `dev.rankine.autograd.Operations` by `OperationTableTest`. Every operation is one file in
                `autograd/src/main/java/dev/rankine/autograd/op`, with its formula, forward and backward pass side by side.
                Each is tested at the sample shapes below and at random ones: its value against the formula, its gradient
                against central differences in F64 (|difference| / max(1, |g|) at most 1e-6), and values and gradients of every
                back-end in F32 against the F64 reference, within the tolerance.

                | operation | formula | inputs from | kinks | tolerance | sample shapes |
                |---|---|---|---|---|---|
                """ + Operations.specs().stream().map(OperationTableTest::row).collect(Collectors.joining());
    }

    private static String row(OpSpec spec) {
        return "| %s | `%s` | [%s, %s] | %s | %s | %s |\n"
                .formatted(
                        spec.name(),
                        spec.formula().replace("|", "\\|"),
                        number(spec.low()),
                        number(spec.high()),
                        spec.kinks().stream().map(OperationTableTest::number).collect(Collectors.joining(", ")),
                        Double.toString(spec.tolerance()).replace(".0E", "e"),
                        spec.samples().stream().map(OperationTableTest::shapes).collect(Collectors.joining("; ")));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String shapes(List<?> inputs) {
        return inputs.stream().map(Object::toString).collect(Collectors.joining(" "));
    }
}
