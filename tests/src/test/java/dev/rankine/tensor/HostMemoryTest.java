package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostMemoryTest {
    @Test
    void cachesTakeWhatIsGivenOrAnEighth() {
        assertThat(HostMemory.limit()).isPositive();
        assertThat(HostMemory.caches(null).getAsLong()).isEqualTo(HostMemory.limit() / 8);
        assertThat(HostMemory.caches("0").getAsLong()).isZero();
        assertThat(HostMemory.caches("512").getAsLong()).isEqualTo(512L << 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1g", "1.5", "9999999999"})
    void anythingElseIsRefusedAtOnce(String given) {
        assertThatThrownBy(() -> HostMemory.caches(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-Drankine.cache.mib=" + given)
                .hasMessageContaining("whole number of MiB");
    }
}
