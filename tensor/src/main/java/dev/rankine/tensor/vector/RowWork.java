package dev.rankine.tensor.vector;

import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * Puts off operations that are made row by row, until something needs what they make or enough have come together for a
 * job. While the threads are at work on one {@link RowBatch} the caller goes on and fills the next. Whoever reads or writes a
 * storage that is used by one waits for it, see {@link dev.rankine.tensor.Storage.Awaited}.
 *
 * <p>When a batch begins depends on how fast threads are, the bits do not: a unit's numbers are the same in any batch.
 */
final class RowWork {
    /** Less work than this, in elements of a simple operation, is not shared out. */
    static final long SMALL = 1 << 14;
    /** As much the caller makes while the threads are at work, rather than let others wait until a batch has made it. */
    private static final long ASIDE = 1 << 18;
    /** Multiplications that take as long as an element of a simple operation. */
    static final long MULTIPLICATIONS = 16;
    /** Work for which the threads are asked as soon as they are idle. */
    private static final long WORTH = 1 << 18;

    private final WorkerPool pool;
    private RowBatch pending = new RowBatch(this);
    private RowBatch other = new RowBatch(this);
    private WorkerPool.@Nullable Begun running;
    /** For what is made at once. */
    private final Room room = new Room();

    RowWork(WorkerPool pool) {
        this.pool = pool;
    }

    WorkerPool pool() {
        return pool;
    }

    /** Makes a step now or later; one that can not be made by units must be small. */
    void add(RowStep step) {
        for (Use use : step.uses()) {
            use.storage().settleOthers(this);
        }
        place(step);
    }

    private synchronized void place(RowStep step) {
        boolean small = step.work() < SMALL;
        boolean atWork = running != null && !running.isDone();
        if ((small || atWork && step.work() <= ASIDE) && !step.isAwaited()) {
            step.alone(room);
            room.clear();
            return;
        }
        if (pending.takes(step)) {
            pending.add(step);
        } else if (small) {
            pending.addLast(step);
        } else {
            beginPending();
            pending.add(step);
        }
        if (step.isVisible()) {
            finish();
        } else if (pending.work() >= WORTH && (running == null || running.isDone())) {
            beginPending();
        }
    }

    /** Makes what cannot be made by units: now, or later where it is small. */
    void addWhole(long work, Runnable body, Use... uses) {
        if (work < SMALL) {
            add(RowStep.of(1, work, (from, end) -> body.run(), uses));
        } else {
            settle(uses);
            body.run();
            Reference.reachabilityFence(uses);
        }
    }

    /** Waits for what is put off and still to make what such a step reads, or to use what it writes. */
    static void settle(Use... uses) {
        for (Use use : uses) {
            if (use.writes()) {
                use.storage().settle();
            } else {
                use.storage().host();
            }
        }
    }

    /** Makes everything that was put off. */
    synchronized void finish() {
        if (!pending.isEmpty()) {
            beginPending();
        }
        endRunning();
    }

    synchronized void await(RowBatch batch) {
        if (batch.equals(pending)) {
            beginPending();
        }
        endRunning();
    }

    private void beginPending() {
        endRunning();
        if (pending.isEmpty()) {
            return;
        }
        RowBatch next = pending;
        pending = other;
        other = next;
        running = next.begin(pool);
    }

    private void endRunning() {
        WorkerPool.Begun begun = running;
        if (begun != null) {
            running = null;
            try {
                begun.end();
            } finally {
                other.done();
            }
        }
    }
}
