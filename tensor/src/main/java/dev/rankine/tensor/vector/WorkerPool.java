package dev.rankine.tensor.vector;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of threads that run the numbered blocks of a job; the caller works too. Blocks are taken in whatever order
 * the threads come, so a job must cut its work by shape alone and let every block write its own part of the result: then
 * the bits do not depend on the number of threads.
 *
 * <p>Where other programs want the processors too, a worker may be put aside in the middle of a block, and everybody waits
 * for it. After such a stall the caller goes on alone for a while, longer each time.
 *
 * <p>One job has the threads at a time. A job that starts while they are busy, be it from inside a block or from another
 * thread of the program, runs on the thread that calls.
 */
public final class WorkerPool implements AutoCloseable {
    /** How often an idle thread looks before it sleeps: some tens of microseconds. */
    private static final int SPINS = 1_000;

    /** A caller that waits this much longer than twice its own work, in nanoseconds, has met a stall. */
    private static final long PATIENCE = 100_000;

    /** How long the caller goes on alone after a stall, in nanoseconds: at least, and at most after many in a row. */
    private static final long SHORTEST_PENALTY = 500_000;

    private static final long LONGEST_PENALTY = 20_000_000;

    private final Worker[] workers;
    /**
     * How long jobs run on the caller after a stall, and until when they do; whoever made the pool busy may look. A time,
     * not a number of jobs: many small ones must not be held up again and again, and few large ones not be left alone.
     */
    private long penalty;

    private long aloneUntil = System.nanoTime();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable Job job;
    private volatile boolean closed;

    /** The work of a job. */
    @FunctionalInterface
    public interface Body {
        /** Does the part of the work that belongs to block {@code block}. */
        void run(int block);
    }

    /** A pool that works with {@code threads} threads, one of them the caller's. */
    public WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a worker pool needs at least 1 thread, got " + threads);
        }
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker("rankine-worker-" + (i + 1));
        }
        for (Worker worker : workers) {
            worker.start();
        }
    }

    /** The number of threads, the caller's among them. */
    public int threads() {
        return workers.length + 1;
    }

    /**
     * Runs blocks 0 to {@code blocks} - 1 and returns when all are done. What a block throws is thrown here; the blocks
     * that had not started by then are left out.
     */
    public void run(int blocks, Body body) {
        run(0, blocks, body);
    }

    /**
     * The same in two parts without a pause between them: blocks from {@code first} on begin when all those before have
     * ended.
     */
    public void run(int first, int blocks, Body body) {
        if (closed) {
            throw new IllegalStateException("the worker pool is closed");
        }
        if (blocks <= 1 || workers.length == 0 || !busy.compareAndSet(false, true)) {
            runAlone(blocks, body);
            return;
        }
        Job mine = new Job(body, first, blocks);
        try {
            long begin = System.nanoTime();
            if (begin - aloneUntil < 0) {
                runAlone(blocks, body);
                return;
            }
            job = mine;
            wake(Math.min(blocks - 1, workers.length));
            mine.work();
            long worked = System.nanoTime();
            mine.await();
            long done = System.nanoTime();
            boolean stalled = done - worked > 2 * (worked - begin) + PATIENCE;
            penalty = stalled ? Math.clamp(2 * penalty, SHORTEST_PENALTY, LONGEST_PENALTY) : penalty / 2;
            aloneUntil = stalled ? done + penalty : done;
        } finally {
            job = null;
            busy.set(false);
        }
        mine.rethrow();
    }

    private static void runAlone(int blocks, Body body) {
        for (int block = 0; block < blocks; block++) {
            body.run(block);
        }
    }

    private void wake(int wanted) {
        for (int i = 0; i < wanted; i++) {
            if (workers[i].asleep) {
                LockSupport.unpark(workers[i]);
            }
        }
    }

    /** Ends the threads. A job that is running is finished by its caller. */
    @Override
    public void close() {
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private final class Worker extends Thread {
        private volatile boolean asleep;

        Worker(String name) {
            super(name);
            setDaemon(true);
        }

        @Override
        public void run() {
            int spins = 0;
            while (!closed) {
                Job current = job;
                if (current != null && current.hasWork()) {
                    current.work();
                    spins = 0;
                } else if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    sleep();
                    spins = 0;
                }
            }
        }

        private void sleep() {
            asleep = true;
            // a job may have been posted before the caller could see this thread asleep
            Job current = job;
            if (!closed && (current == null || !current.hasWork())) {
                LockSupport.park(WorkerPool.this);
            }
            asleep = false;
        }
    }

    private static final class Job {
        private final Body body;
        private final int first;
        private final int blocks;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable failure;

        Job(Body body, int first, int blocks) {
            this.body = body;
            this.first = first;
            this.blocks = blocks;
        }

        boolean hasWork() {
            return next.get() < blocks;
        }

        void work() {
            for (int block = next.getAndIncrement(); block < blocks; block = next.getAndIncrement()) {
                if (block >= first) {
                    // these are taken in order, so somebody is at work on each one before
                    await(first);
                }
                try {
                    if (failure == null) {
                        body.run(block);
                    }
                } catch (Throwable thrown) {
                    failure = thrown;
                } finally {
                    done.incrementAndGet();
                }
            }
        }

        void await() {
            await(blocks);
        }

        private void await(int ended) {
            for (int spins = 0; done.get() < ended; spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }

        void rethrow() {
            switch (failure) {
                case null -> {}
                case RuntimeException exception -> throw exception;
                case Error error -> throw error;
                case Throwable checked -> throw new IllegalStateException(checked);
            }
        }
    }
}
