package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Repository;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.decode.Ending;
import dev.rankine.transformer.decode.Generator;
import dev.rankine.transformer.decode.Search;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Small folders against what PyTorch computed from them in double precision: {@code make_bart_fixture.py}. */
class BartFixtureTest {
    private static final int START = 2;

    static Stream<Arguments> cases() {
        return Stream.of("bart", "bart_scaled", "mbart")
                .flatMap(name -> Machine.all().stream().map(machine -> Arguments.of(name, machine)));
    }

    /** A folder, its model and its batch on one machine. */
    private static final class Fixture {
        private final Machine machine;
        private final Checkpoint checkpoint;
        private final Safetensors expected;

        Fixture(String name, Machine machine) throws IOException {
            Path folder = Repository.root().resolve("tests/fixtures").resolve(name);
            this.machine = machine;
            checkpoint = Checkpoints.load(folder, machine.backend(), machine.dtype());
            expected = Safetensors.open(folder.resolve("expected.safetensors"));
        }

        Tensor get(String name) throws IOException {
            return expected.tensor(name, machine.backend());
        }

        Tensor mask() throws IOException {
            Tensor seen = get("attention_mask");
            Tensor mask = Tensor.zeros(machine.backend(), machine.dtype(), seen.shape());
            mask.write(seen.toDoubles());
            return mask;
        }

        Variable logits() throws IOException {
            return checkpoint.model().logits(get("input_ids"), mask(), get("decoder_input_ids"), Pass.inference());
        }

        void assertClose(String name, Tensor found) throws IOException {
            double[] actual = found.toDoubles();
            double[] wanted = get(name).toDoubles();
            assertThat(found.shape()).as(name).isEqualTo(get(name).shape());
            double tolerance = machine.dtype() == DType.F64 ? 1e-12 : 1e-4;
            for (int i = 0; i < actual.length; i++) {
                assertThat(Math.abs(actual[i] - wanted[i]) / Math.max(1, Math.abs(wanted[i])))
                        .as("%s element %d: %s against %s", name, i, actual[i], wanted[i])
                        .isLessThanOrEqualTo(tolerance);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logitsLossAndEveryGradientAreThoseOfPyTorch(String name, Machine machine) throws IOException {
        Fixture fixture = new Fixture(name, machine);
        fixture.checkpoint.model().weights().values().forEach(weight -> weight.requiresGradient(true));
        Variable logits = fixture.logits();
        fixture.assertClose("logits", logits.data());

        Tensor labels = fixture.get("labels");
        int places = Math.toIntExact(labels.shape().size());
        Variable rows = Reshape.reshape(logits, Shape.of(places, logits.shape().dim(-1)));
        Variable sum = Sum.sum(CrossEntropy.crossEntropy(rows, labels.reshape(Shape.of(places))), 0);
        long counted = Stream.of(labels.toLongs())
                .flatMapToLong(Arrays::stream)
                .filter(label -> label >= 0)
                .count();
        fixture.assertClose("loss", sum.data().affine(1.0 / counted, 0).reshape(Shape.of()));
        sum.backward(
                Tensor.scalar(machine.backend(), machine.dtype(), 1.0 / counted).reshape(sum.shape()));
        for (var weight : fixture.checkpoint.model().weights().entrySet()) {
            Tensor gradient = weight.getValue().gradient();
            assertThat(gradient).as(weight.getKey()).isNotNull();
            fixture.assertClose("grad." + weight.getKey(), gradient);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSymbolsWrittenAreThoseOfPyTorch(String name, Machine machine) throws IOException {
        Fixture fixture = new Fixture(name, machine);
        Generator greedy =
                new Generator(new Search.Greedy(), new Ending(Set.of(), 1, 4), new ScopePool(machine.backend()));
        long[][] written = greedy.write(fixture.checkpoint.model(), START, fixture.get("input_ids"), fixture.mask());
        long[] wanted = fixture.get("greedy").toLongs();
        assertThat(Stream.of(written).flatMapToLong(Arrays::stream).toArray()).isEqualTo(wanted);
    }
}
