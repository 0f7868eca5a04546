package dev.rankine.lora.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Sum;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import java.util.Map;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The memory on paper against the memory that steps take, and what follows from it. */
class MemoryEstimatePropertyTest {
    private static final Backend VECTOR = Backends.choose("vector", 1).backend();
    private static final long GIB = 1L << 30;

    /** Within a fifth, for encoder-decoders of all proportions. */
    @Property(tries = 12)
    void theActivationsAreThoseOfAStep(
            @ForAll @IntRange(min = 1, max = 3) int layers,
            @ForAll @IntRange(min = 2, max = 6) int heads,
            @ForAll @IntRange(min = 12, max = 24) int headWidth,
            @ForAll @IntRange(min = 1, max = 6) int ratio,
            @ForAll @IntRange(min = 40, max = 900) int vocabulary,
            @ForAll @IntRange(min = 8, max = 32) int symbols,
            @ForAll @IntRange(min = 1, max = 6) int batch) {
        int width = heads * headWidth;
        var stack = new TransformerSettings.Stack(layers, heads, ratio * width);
        TransformerSettings settings = TransformerSettings.of(vocabulary, width, 32, stack, stack);
        Bart model = new Bart(settings, new RandomWeights(VECTOR, DType.F32, 1));
        AdaptedModel adapted = Methods.named("lora").with(Map.of("rank", "2")).attach(model, new Method.Run(0, 0));
        assertThat(adapted.controller().parameterGroups()).isNotEmpty();
        double taken = stepBytes(model, batch, symbols, vocabulary);
        double estimate = ModelForm.of(settings).activations(batch, symbols);
        assertThat(estimate / taken).as("estimate over what the pool took").isBetween(.8, 1.2);
    }

    private static long stepBytes(Bart model, int batch, int symbols, int vocabulary) {
        Tensor ids = Tensor.ofLongs(VECTOR, Shape.of(batch, symbols), new long[batch * symbols]);
        Tensor mask = Tensor.zeros(VECTOR, DType.F32, ids.shape());
        VECTOR.fill(mask, 1);
        Tensor clock = Tensor.ofLongs(VECTOR, Shape.of(2), 3, 1);
        Tensor examples = Tensor.ofLongs(
                VECTOR, Shape.of(batch), LongStream.range(0, batch).toArray());
        ScopePool pool = new ScopePool(VECTOR);
        try (Scope _ = pool.open()) {
            Variable logits = model.logits(ids, mask, ids, Pass.training(new Draw(clock, 0, examples)));
            Variable rows = logits.reshape(batch * symbols, vocabulary);
            Sum.sum(CrossEntropy.crossEntropy(rows, ids.reshape(Shape.of(batch * symbols))))
                    .backward();
        }
        return pool.allocatedBytes();
    }

    /** The largest batch that is said to fit fits, and one more does not. */
    @Property
    void theLargestBatchFitsAndTheNextDoesNot(
            @ForAll @IntRange(min = 1, max = 200) int batch,
            @ForAll @IntRange(min = 1, max = 600) int symbols,
            @ForAll @LongRange(min = 1, max = 64) long gib) {
        ModelForm form = new ModelForm(768, 3072, 12, 50_265, 12, 0);
        MachineMemory machine = new MachineMemory(gib * GIB, gib * GIB * 6 / 10);
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
        ModelForm form = new ModelForm(768, 3072, 12, 50_265, 12, 0);
        MachineMemory machine = new MachineMemory(16 * GIB, 8 * GIB);
        MemoryEstimate tooMuch = MemoryEstimate.of(form, GIB / 2, 1_000_000, 64, 512);
        assertThatThrownBy(() -> tooMuch.require(machine))
                .hasMessageContaining("64 examples of up to 512 symbols")
                .hasMessageContaining("weights 512.0 MiB")
                .hasMessageContaining("--batch " + tooMuch.largestBatch(machine));
        MemoryEstimate hopeless = MemoryEstimate.of(form, 20 * GIB, 1_000_000, 1, 8);
        assertThatThrownBy(() -> hopeless.require(machine)).hasMessageContaining("not even one example");
        MemoryEstimate.of(form, GIB / 2, 1_000_000, 1, 128).require(machine);
        assertThatThrownBy(() -> MemoryEstimate.of(form, 1, 1, 0, 8)).hasMessageContaining("at least 1 example");
    }

    @Test
    void thisMachineHasMemory() {
        MachineMemory here = MachineMemory.here();
        assertThat(here.physical()).isPositive();
        assertThat(here.tensors()).isPositive();
        assertThat(here.describe()).contains("for tensors");
    }
}
