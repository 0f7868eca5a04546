package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Multiply;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private final Backend backend = new ReferenceBackend();
    private final Tensor x = Tensor.of(backend, Shape.of(2), 1, 2);

    @Test
    void aResultEndsWithItsScopeAndTheErrorNamesItsOperation() {
        Tensor y;
        try (Scope scope = Scope.open(backend)) {
            y = x.plus(x);
            assertThat(y.isAlive()).isTrue();
            assertThat(scope.leases()).isEqualTo(1);
        }
        assertThat(y.isAlive()).isFalse();
        assertThat(y).hasToString("F32 [2] (ended) by ADD");
        assertThatThrownBy(() -> y.times(x))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("MULTIPLY: the result [2] of 'ADD' was used after its scope had ended or backward had"
                        + " released it; call keep() on it in time");
        assertThatThrownBy(() -> x.matmul(y.reshape(Shape.of(2, 1)))).hasMessageStartingWith("reshape: the result [2]");
        assertThatThrownBy(y::toDoubles).hasMessageStartingWith("toDoubles: the result [2] of 'ADD'");
        assertThatThrownBy(y::keep).hasMessageStartingWith("keep: ");
    }

    @Test
    void aViewLivesAndEndsWithWhatItLooksAt() {
        Tensor row;
        Tensor kept;
        try (Scope scope = Scope.open(backend)) {
            Tensor y = x.expand(Shape.of(3, 2)).plus(x);
            row = y.slice(0, 1, 2);
            kept = x.map(Unary.EXP).reshape(Shape.of(2, 1)).keep();
            assertThat(scope.leases()).isEqualTo(1);
        }
        assertThatThrownBy(() -> row.map(Unary.EXP)).hasMessageContaining("of 'ADD'");
        assertThat(kept.toDoubles()).containsExactly((float) Math.exp(1), (float) Math.exp(2));
    }

    @Test
    void keptMemoryIsNeverGivenOutAgain() {
        ScopePool pool = new ScopePool(backend);
        Tensor kept;
        try (Scope scope = pool.open()) {
            kept = x.plus(x).keep();
        }
        try (Scope scope = pool.open()) {
            assertThat(x.map(Unary.NEGATE).storage()).isNotSameAs(kept.storage());
        }
        assertThat(kept.toDoubles()).containsExactly(2, 4);
    }

    @Test
    void leavesAndWhatIsMadeOutsideNeverEnter() {
        Tensor before = x.plus(x);
        Tensor leaf;
        Tensor clone;
        try (Scope scope = Scope.open(backend)) {
            leaf = Tensor.of(backend, Shape.of(1), 7);
            clone = x.clone(DType.F32);
            assertThat(scope.leases()).isZero();
        }
        assertThat(before.isAlive() && leaf.isAlive() && clone.isAlive()).isTrue();
    }

    @Test
    void nestedScopesEndFromTheInside() {
        Tensor inner;
        try (Scope outside = Scope.open(backend)) {
            Tensor outer = x.plus(x);
            Scope inside = Scope.open(backend);
            inner = outer.times(x);
            assertThatThrownBy(outside::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a scope opened inside this one is still open: close it first");
            inside.close();
            inside.close();
            assertThat(inner.isAlive()).isFalse();
            assertThat(outer.times(x).toDoubles()).containsExactly(2, 8);
            assertThat(outside.leases()).isEqualTo(2);
        }
    }

    @Test
    void aScopeBelongsToItsThread() {
        try (Scope scope = Scope.open(backend)) {
            Tensor elsewhere = CompletableFuture.supplyAsync(() -> x.plus(x)).join();
            assertThat(scope.leases()).isZero();
            assertThat(elsewhere.isAlive()).isTrue();
            assertThatThrownBy(() -> CompletableFuture.runAsync(scope::close).join())
                    .isInstanceOf(CompletionException.class)
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed by thread");
        }
    }

    @Test
    void aWarmStepAllocatesNothing() {
        ScopePool pool = new ScopePool(backend);
        int warm = 0;
        for (int step = 0; step < 5; step++) {
            try (Scope scope = pool.open()) {
                // lengths within one size class share their blocks
                Tensor rows = x.expand(Shape.of(100 + step, 2)).plus(x);
                rows.transpose(0, 1).matmul(rows).reduce(Reduction.SUM, 0, 1);
                rows.copy("copy", DType.F64);
            }
            warm = step == 0 ? pool.allocations() : warm;
            assertThat(pool.allocations()).isEqualTo(warm);
        }
        assertThat(warm).isEqualTo(4);
        assertThat(pool.allocatedBytes()).isEqualTo(4 * 224 + 4 * 64 + 4 * 64 + 8 * 224);
    }

    @Test
    void aFreeBlockServesWhateverIsSmaller() {
        ScopePool pool = new ScopePool(backend);
        for (int length : new int[] {900, 100, 650, 900, 1}) {
            try (Scope scope = pool.open()) {
                Tensor rows = x.expand(Shape.of(length, 2)).plus(x);
                rows.plus(x).plus(x);
            }
            assertThat(pool.allocations()).isEqualTo(3);
        }
    }

    @Test
    void everyScopeOfAPoolStartsWithANewLifeOfTheMemory() {
        ScopePool pool = new ScopePool(backend);
        Tensor first;
        try (Scope scope = pool.open()) {
            first = x.plus(x);
        }
        try (Scope scope = pool.open()) {
            Tensor second = x.times(x);
            assertThat(second.storage()).isSameAs(first.storage());
            assertThat(second.generation()).isGreaterThan(first.generation());
            assertThat(first.isAlive()).isFalse();
            assertThat(second.toDoubles()).containsExactly(1, 4);
        }
    }

    @Property
    void aSizeClassHoldsWhatIsAskedAndWastesAtMostAQuarter(@ForAll @LongRange(min = 1, max = 1L << 40) long elements) {
        long capacity = ScopePool.sizeClass(elements);
        assertThat(capacity).isGreaterThanOrEqualTo(elements);
        if (elements > 64) {
            assertThat(capacity).isLessThanOrEqualTo(elements + elements / 4);
        }
        assertThat(ScopePool.sizeClass(capacity)).isEqualTo(capacity);
    }

    /** Each factor of a chain is saved for the backward pass, and given back as soon as that has used it. */
    @Test
    void backwardFreesMemoryOnItsWay() {
        int depth = 20;
        AtomicReference<Scope> open = new AtomicReference<>();
        int[] most = {0};
        Backend watched = new DelegatingBackend(backend) {
            @Override
            public void zip(Binary function, Tensor a, Tensor b, Tensor out) {
                super.zip(function, a, b, out);
                most[0] = Math.max(most[0], open.get().leases());
            }
        };
        Variable w = Variable.parameter(Tensor.of(watched, Shape.of(2), 1.5f, 0.5f));
        try (Scope scope = Scope.open(watched)) {
            open.set(scope);
            Variable y = w;
            for (int i = 1; i < depth; i++) {
                y = Multiply.multiply(y, w);
            }
            int afterForward = scope.leases();
            assertThat(afterForward).isEqualTo(depth - 1);
            most[0] = 0;
            y.backward(Tensor.of(watched, Shape.of(2), 1, 1));
            assertThat(most[0]).isLessThanOrEqualTo(afterForward + 3);
            assertThat(scope.leases()).isLessThanOrEqualTo(2);
            assertThat(y.data().toDoubles()[0]).isCloseTo(Math.pow(1.5, depth), within(1e-2));
        }
        assertThat(w.gradient().toDoubles()[0]).isCloseTo(depth * Math.pow(1.5, depth - 1), within(1e-1));
    }
}
