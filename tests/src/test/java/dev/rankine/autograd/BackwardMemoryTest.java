package dev.rankine.autograd;

import static dev.rankine.autograd.op.CrossEntropy.crossEntropy;
import static dev.rankine.autograd.op.Linear.linear;
import static dev.rankine.autograd.op.Relu.relu;
import static dev.rankine.autograd.op.Tanh.tanh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What a step's memory does while gradients flow back through it. */
class BackwardMemoryTest {
    private static final Backend BACKEND = SpecCase.REFERENCE;
    private static final int USERS = 5;

    private final ScopePool memory = new ScopePool(BACKEND);
    private final Variable weight = Variable.parameter(filled(Shape.of(4, 4), 0.25));
    private final Variable x = Variable.constant(filled(Shape.of(3, 4), 1));
    private final Tensor targets = Tensor.ofLongs(BACKEND, Shape.of(3), 0, 1, 2);

    private static Tensor filled(Shape shape, double value) {
        Tensor tensor = Tensor.zeros(BACKEND, DType.F64, shape);
        BACKEND.fill(tensor, value);
        return tensor;
    }

    private Variable deep(Variable input, int layers) {
        Variable hidden = input;
        for (int layer = 0; layer < layers; layer++) {
            hidden = relu(tanh(linear(hidden, weight, null)));
        }
        return hidden;
    }

    @Test
    void savedTensorsReturnToThePoolDuringBackward() {
        try (Scope step = memory.open()) {
            Variable loss = deep(x, 20).sum();
            int before = step.leases();
            assertThat(before).isGreaterThanOrEqualTo(60);
            loss.backward();
            assertThat(step.leases()).isLessThan(before / 2);
        }
    }

    @Test
    void backwardLeasesNoMoreWithDepth() {
        assertThat(blocksOf(40) - blocksOf(20)).isLessThanOrEqualTo(3 * 20 + 5);
    }

    /** What the pool allocated for forward and backward passes through so many layers. */
    private int blocksOf(int layers) {
        ScopePool own = new ScopePool(BACKEND);
        try (Scope step = own.open()) {
            assertThat(step.leases()).isZero();
            deep(x, layers).sum().backward();
        }
        return own.allocations();
    }

    @Test
    void aWarmStepAllocatesNothing() {
        for (int i = 0; i < 2; i++) {
            step();
        }
        int warm = memory.allocations();
        for (int i = 0; i < 3; i++) {
            step();
        }
        assertThat(memory.allocations()).isEqualTo(warm);
    }

    private void step() {
        try (Scope step = memory.open()) {
            assertThat(step.leases()).isZero();
            crossEntropy(deep(x, 3), targets).sum().backward();
        }
        weight.clearGradient();
    }

    @Test
    void theLossCanBeReadAfterBackward() {
        try (Scope step = memory.open()) {
            Variable loss = tanh(linear(x, weight, null)).mean();
            double before = loss.data().item();
            loss.backward();
            assertThat(loss.data().item()).isEqualTo(before);
            assertThat(step.leases()).isPositive();
        }
    }

    /** The operation that made the loss saved it, and lets go of it on the way back. */
    @Test
    void aLossThatItsOwnOperationSavedCanBeReadAfterBackward() {
        try (Scope step = memory.open()) {
            Variable loss = tanh(linear(x, weight, null).mean());
            loss.backward();
            assertThat(loss.data().item()).isEqualTo(Math.tanh(1));
            assertThat(step.leases()).isPositive();
        }
    }

    /** While gradients of several users are summed none of them is given to somebody else. */
    @Test
    void gradientsOfManyUsersAreHeldUntilTheyAreSummed() {
        weight.clearGradient();
        double[] plain = manyUsers();
        try (Scope step = memory.open()) {
            assertThat(step.leases()).isZero();
            assertThat(manyUsers()).isEqualTo(plain);
            // left are results that no operation saved: two sums and a product of each user, the first, the last, and
            // the 1
            assertThat(step.leases()).isEqualTo(3 * USERS + 3);
        }
    }

    private double[] manyUsers() {
        Variable hidden = tanh(linear(x, weight, null));
        Variable sum = relu(hidden);
        for (int user = 0; user < USERS; user++) {
            sum = sum.plus(tanh(hidden.times(hidden))).plus(hidden);
        }
        sum.sum().backward();
        return gradient();
    }

    @Test
    void theGradientToStartFromCanBeUsedAgain() {
        try (Scope step = memory.open()) {
            Tensor dY = filled(Shape.of(3, 4), 1).affine(0.5, 0);
            linear(x, weight, null).backward(dY);
            linear(x, weight, null).backward(dY);
            assertThat(dY.toDoubles()).containsOnly(0.5);
            assertThat(step.leases()).isPositive();
        }
    }

    @Test
    void aKeptResultSurvivesBackwardAndTheScope() {
        Tensor kept;
        try (Scope step = memory.open()) {
            assertThat(step.leases()).isZero();
            Variable hidden = tanh(linear(x, weight, null));
            kept = hidden.data().keep();
            relu(hidden).sum().backward();
        }
        assertThat(kept.toDoubles()).containsOnly(Math.tanh(1));
    }

    @Test
    void aResultThatBackwardReleasedNamesItsOperation() {
        try (Scope step = memory.open()) {
            assertThat(step.leases()).isZero();
            Variable hidden = tanh(linear(x, weight, null));
            relu(hidden).sum().backward();
            assertThatThrownBy(() -> hidden.data().toDoubles())
                    .hasMessageContaining("TANH")
                    .hasMessageContaining("keep()");
        }
    }

    @Test
    void gradientsAreTheSameWithAndWithoutAScope() {
        crossEntropy(deep(x, 3), targets).sum().backward();
        double[] expected = gradient();
        step();
        try (Scope step = memory.open()) {
            assertThat(step.leases()).isZero();
            crossEntropy(deep(x, 3), targets).sum().backward();
        }
        assertThat(gradient()).isEqualTo(expected);
    }

    private double[] gradient() {
        Tensor gradient = weight.gradient();
        assertThat(gradient).isNotNull();
        double[] numbers = gradient.toDoubles();
        weight.clearGradient();
        return numbers;
    }
}
