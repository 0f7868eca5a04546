package dev.rankine.tensor;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The life of one step's temporaries: results of operations made while a scope is open are leased from its pool and end
 * with it. Leaves (parameters, gradients, optimiser state, batches made from arrays) never enter.
 *
 * <pre>{@code
 * ScopePool memory = new ScopePool(backend);
 * for (Batch batch : batches) {
 *     try (Scope step = memory.open()) {
 *         model.loss(batch).backward();
 *         optimizer.step();
 *     }
 * }
 * }</pre>
 *
 * <p>Using a result after its scope's end throws and names the operation that made it; {@link Tensor#keep()} takes a
 * result out. Without an open scope every result is an ordinary object that the garbage collector owns.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

    private final ScopePool pool;
    private final @Nullable Scope outer;
    private final Thread owner = Thread.currentThread();
    private final Set<Storage> leases = new LinkedHashSet<>();
    private boolean closed;

    /** Whether the back-end hears of this scope: it does not of one inside a unit that it may be recording. */
    private final boolean announced;

    Scope(ScopePool pool) {
        this(pool, true);
    }

    private Scope(ScopePool pool, boolean announced) {
        this.pool = pool;
        this.announced = announced;
        this.outer = CURRENT.get();
        CURRENT.set(this);
        if (announced) {
            pool.backend().scopeOpened(this);
        }
    }

    /**
     * Opens a scope within this thread's innermost one, from the same pool: for a part of a step whose temporaries end before
     * the step does. Null where no scope is open.
     */
    public static @Nullable Scope inside() {
        Scope scope = CURRENT.get();
        return scope == null ? null : new Scope(scope.pool, false);
    }

    /** Whether this scope would take back the memory under a tensor. */
    public boolean owns(Tensor x) {
        return leases.contains(x.storage());
    }

    /** Lets a result of this scope, which lies {@link #inside} another one, live as long as that. */
    public void handOut(Tensor x) {
        if (outer == null) {
            throw new IllegalStateException("there is no scope around this one to hand " + x + " to");
        }
        if (leases.remove(x.storage())) {
            x.storage().movesTo(outer);
            outer.leases.add(x.storage());
        }
    }

    /** Opens a scope with a pool of its own. Loops share one {@link ScopePool} instead. */
    public static Scope open(Backend backend) {
        return new ScopePool(backend).open();
    }

    /** Memory for a result: leased from this thread's innermost open scope, or persistent when none is open. */
    static Storage storageForResult(DType dtype, long elements) {
        Scope scope = CURRENT.get();
        if (scope == null) {
            return Storage.allocate(dtype, elements);
        }
        Storage storage = scope.pool.take(dtype, elements);
        storage.leasedBy(scope);
        scope.leases.add(storage);
        return storage;
    }

    /** Makes a leased storage persistent. */
    void keep(Storage storage) {
        if (leases.remove(storage)) {
            storage.leasedBy(null);
        }
    }

    /** Ends one lease early, when nobody will read the content any more. */
    void takeBack(Storage storage) {
        if (leases.remove(storage)) {
            pool.giveBackEarly(storage);
        }
    }

    /** How many results are alive in this scope. */
    public int leases() {
        return leases.size();
    }

    /**
     * Ends every lease.
     *
     * @throws IllegalStateException if another scope is open inside this one, or on another thread
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (!owner.equals(Thread.currentThread())) {
            throw new IllegalStateException("scope of thread " + owner.getName() + " closed by thread "
                    + Thread.currentThread().getName());
        }
        if (CURRENT.get() != this) {
            throw new IllegalStateException("a scope opened inside this one is still open: close it first");
        }
        try {
            if (announced) {
                pool.backend().scopeClosing(this);
            }
        } finally {
            closed = true;
            leases.forEach(pool::giveBack);
            pool.giveBackSetAside();
            leases.clear();
            CURRENT.set(outer);
        }
    }
}
