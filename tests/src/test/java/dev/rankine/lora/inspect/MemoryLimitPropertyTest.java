package dev.rankine.lora.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from an estimate: what fits, what is refused; and which numbers of a configuration it is made of. */
class MemoryLimitPropertyTest {
    private static final long GIB = 1L << 30;

    private static ModelForm form(String fixture) {
        return ModelForm.read(Repository.root().resolve("tests/fixtures/models").resolve(fixture));
    }

    @Test
    void everyFamilyNamesItsNumbersInItsOwnWay() {
        assertThat(form("gpt2")).isEqualTo(new ModelForm(16, 20, 19, 2, 0, false));
        assertThat(form("llama")).isEqualTo(new ModelForm(16, 20, 19, 2, 0, true));
        assertThat(form("bart")).isEqualTo(new ModelForm(16, 20, 19, 1, 1, false));
        assertThat(form("bert")).isEqualTo(new ModelForm(16, 20, 0, 2, 0, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|none of the keys [hidden_size, d_model, n_embd]",
                "{\"hidden_size\": 8, \"num_hidden_layers\": 1}|vocab_size",
                "{|cannot be read"
            })
    void configurationsThatSayTooLittleAreRefused(String config, String why, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        assertThatThrownBy(() -> ModelForm.read(folder)).hasMessageContaining(why);
    }

    /** Labels of a text are no scores of words; where the inner width is left out it is four times the outer. */
    @Test
    void classifiersScoreNoWords(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"architectures\": [\"XForSequenceClassification\"], \"n_embd\": 8, \"n_layer\": 3}");
        assertThat(ModelForm.read(folder)).isEqualTo(new ModelForm(8, 32, 0, 3, 0, false));
    }

    /** The largest batch that is said to fit fits, and one more does not. */
    @Property
    void theLargestBatchFitsAndTheNextDoesNot(
            @ForAll @IntRange(min = 1, max = 200) int batch,
            @ForAll @IntRange(min = 1, max = 600) int symbols,
            @ForAll @LongRange(min = 1, max = 64) long gib,
            @ForAll boolean cached) {
        ModelForm form = new ModelForm(768, 3072, 50_265, 12, 0, false);
        MachineMemory machine = new MachineMemory(gib * GIB, gib * GIB * 6 / 10, cached ? gib * GIB / 16 : 0);
        MemoryEstimate estimate = MemoryEstimate.of(form, 500_000_000, 2_000_000, batch, symbols);
        long largest = estimate.largestBatch(machine);
        if (largest > 0) {
            // a proportion of a rounded number: one example more or less where thousands fit
            long least = largest - largest / 1000;
            assertThat(MemoryEstimate.of(form, 500_000_000, 2_000_000, least, symbols)
                            .fits(machine))
                    .isTrue();
        }
        long more = largest + 1 + largest / 1000;
        assertThat(MemoryEstimate.of(form, 500_000_000, 2_000_000, more, symbols)
                        .fits(machine))
                .isFalse();
    }

    @Test
    void aStartThatWouldRunOutIsRefusedWithWhatFits() {
        ModelForm form = new ModelForm(768, 3072, 50_265, 12, 0, false);
        MachineMemory machine = new MachineMemory(16 * GIB, 8 * GIB, GIB);
        MemoryEstimate tooMuch = MemoryEstimate.of(form, GIB / 2, 1_000_000, 64, 512);
        assertThatThrownBy(() -> tooMuch.require(machine))
                .hasMessageContaining("64 examples of up to 512 symbols")
                .hasMessageContaining("weights 512.0 MiB, kept packed up to 1.0 GiB")
                .hasMessageContaining("--batch " + tooMuch.largestBatch(machine));
        MemoryEstimate hopeless = MemoryEstimate.of(form, 20 * GIB, 1_000_000, 1, 8);
        assertThatThrownBy(() -> hopeless.require(machine)).hasMessageContaining("not even one example");
        MemoryEstimate.of(form, GIB / 2, 1_000_000, 1, 128).require(machine);
        ModelForm classifier = new ModelForm(768, 3072, 0, 12, 0, false);
        MemoryEstimate kept = MemoryEstimate.of(classifier, GIB / 2, 1_000_000, 64, 512);
        assertThat(kept.fits(machine)).isFalse();
        assertThat(kept.recomputing(classifier).fits(machine)).isTrue();
        assertThatThrownBy(() -> MemoryEstimate.of(form, 1, 1, 0, 8)).hasMessageContaining("at least 1 example");
    }

    /** An estimate beyond what a number holds is the largest there is, and fits nowhere. */
    @Test
    void absurdModelsFitNowhere() {
        int most = Integer.MAX_VALUE;
        ModelForm form = new ModelForm(most, most, most, most, most, true);
        MemoryEstimate absurd = MemoryEstimate.of(form, Long.MAX_VALUE, 1, most, most);
        assertThat(absurd.total()).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> absurd.require(MachineMemory.here())).hasMessageContaining("not even one example");
        assertThatThrownBy(() -> new ModelForm(-1, 1, 1, 1, 0, false)).hasMessageContaining("a width of -1");
    }

    @Test
    void thisMachineHasMemory() {
        MachineMemory here = MachineMemory.here();
        assertThat(here.physical()).isPositive();
        assertThat(here.tensors()).isPositive();
        assertThat(here.describe()).contains("for tensors");
    }
}
