package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchKernelsTest {
    @TempDir
    private Path folder;

    @Test
    void measuresProducts() {
        Path json = folder.resolve("gemm.json");
        Called called = Called.rankine(
                "bench",
                "gemm",
                "--product",
                "33x20x17NT",
                "--product",
                "8x9x10TN",
                "--rounds",
                2,
                "--threads",
                1,
                "--json",
                json);
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.out()).contains("33 x 20 x 17 NT", "8 x 9 x 10 TN", "of peak");
        JsonNode products = JsonMapper.shared().readTree(json).get("products");
        assertThat(products.size()).isEqualTo(2);
        JsonNode first = products.get(0);
        assertThat(first.get("rate").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(first.get("best").asDouble());
        assertThat(first.get("ofPeak").asDouble()).isPositive();
    }

    @Test
    void refusesWhatIsNoProduct() {
        Called called = Called.rankine("bench", "gemm", "--product", "3x4NT");
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("'3x4NT' is no product such as 2048x768x3072NT");
        assertThat(Called.rankine("bench", "gemm", "--product", "0x4x4NT").err())
                .contains("at least 1");
        assertThat(Called.rankine("bench", "ops", "--rounds", 0).err()).contains("--rounds must be at least 1, got 0");
    }

    @Test
    void measuresOperationsBesideACopy() {
        Path json = folder.resolve("ops.json");
        Called called = Called.rankine("bench", "ops", "--rows", 3, "--rounds", 1, "--threads", 1, "--json", json);
        assertThat(called.exitCode()).as(called.err()).isZero();
        JsonNode operations = JsonMapper.shared().readTree(json).get("operations");
        assertThat(operations.get(0).get("operation").asString()).isEqualTo("copy");
        assertThat(operations.get(0).get("ofCopy").asDouble()).isEqualTo(1);
        assertThat(operations.size()).isGreaterThan(5);
        operations.forEach(each -> assertThat(each.get("rate").asDouble()).isPositive());
    }
}
