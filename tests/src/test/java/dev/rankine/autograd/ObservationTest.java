package dev.rankine.autograd;

import static dev.rankine.autograd.op.Relu.relu;
import static dev.rankine.autograd.op.Square.square;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An observer sees the operations of its thread, in their order, while it is open. */
class ObservationTest {
    private final Variable x = Variable.parameter(Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(1), 3));
    private final Variable frozen = Variable.constant(Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(1), 5));

    /** Writes down what it is told. */
    private static final class Log implements Observation.Observer {
        final List<String> lines = new ArrayList<>();

        @Override
        public void forward(String operation, List<Variable> inputs, Variable result) {
            lines.add(operation + inputs.stream().map(in -> in.data().item()).toList() + " = "
                    + result.data().item());
        }

        @Override
        public void backward(String operation, Variable result, List<@Nullable Tensor> gradients) {
            lines.add(operation + " " + result.data().item() + " <- "
                    + gradients.stream()
                            .map(gradient -> gradient == null ? "none" : "" + gradient.item())
                            .toList());
        }
    }

    @Test
    void everyOperationIsToldForwardAndBackward() {
        Log log = new Log();
        try (var open = Observation.by(log)) {
            assertThat(open).isNotNull();
            square(x).times(frozen).backward();
        }
        assertThat(log.lines)
                .containsExactly(
                        "square[3.0] = 9.0",
                        "multiply[9.0, 5.0] = 45.0",
                        "multiply 45.0 <- [5.0, none]",
                        "square 9.0 <- [30.0]");
    }

    @Test
    void theInnerOneHearsUntilItCloses() {
        Log outer = new Log();
        Log inner = new Log();
        try (var first = Observation.by(outer)) {
            assertThat(first).isNotNull();
            try (var second = Observation.by(inner)) {
                assertThat(second).isNotSameAs(first);
                square(x);
            }
            relu(x);
        }
        square(x);
        assertThat(inner.lines).containsExactly("square[3.0] = 9.0");
        assertThat(outer.lines).containsExactly("relu[3.0] = 3.0");
        assertThat(Observation.observer()).isNull();
    }

    @Test
    void otherThreadsAreNotHeard() throws InterruptedException {
        Log log = new Log();
        try (var open = Observation.by(log)) {
            assertThat(open).isNotNull();
            Thread other = new Thread(() -> square(frozen));
            other.start();
            other.join();
        }
        assertThat(log.lines).isEmpty();
    }
}
