package dev.rankine.tensor.vector;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of threads that run the numbered blocks of a job; the caller works too. Each thread begins with a run of
 * neighbouring blocks of its own, the same run in every job of as many blocks: rows that one job has left in a core's
 * cache are there for the next. Whoever has finished helps the others. So blocks run in any order, and a job must cut its
 * work by shape alone and let every block write its own part of the result: then the bits do not depend on the number of
 * threads.
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
            workers[i] = new Worker(i + 1);
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
        requireOpen();
        if (blocks <= 1 || !claim()) {
            runAlone(blocks, body);
            return;
        }
        Job mine = new Job(body, threads(), first, blocks);
        try {
            long begin = System.nanoTime();
            post(mine, blocks);
            mine.work(0);
            long worked = System.nanoTime();
            mine.await();
            long done = System.nanoTime();
            boolean stalled = done - worked > 2 * (worked - begin) + PATIENCE;
            penalty = stalled ? Math.clamp(2 * penalty, SHORTEST_PENALTY, LONGEST_PENALTY) : penalty / 2;
            aloneUntil = stalled ? done + penalty : done;
        } finally {
            release();
        }
        mine.rethrow();
    }

    /**
     * Begins a job and returns at once: until the caller ends it the other threads work alone. Where they are busy, or there are
     * none, it waits for its end.
     *
     * @param ends of its parts, each the number of the block behind its last one; a part begins when the one before has ended
     */
    Begun begin(Body body, int... ends) {
        requireOpen();
        Job mine = new Job(body, threads(), ends);
        boolean shared = claim();
        if (shared) {
            post(mine, ends[ends.length - 1] + 1);
        }
        return new Begun(mine, shared);
    }

    /** A job that others may be working at. */
    final class Begun {
        private final Job job;
        private final boolean shared;

        private Begun(Job job, boolean shared) {
            this.job = job;
            this.shared = shared;
        }

        boolean isDone() {
            return job.isDone();
        }

        /** Works with the others, and returns when all is done. What a block threw is thrown here. Called once. */
        void end() {
            try {
                job.work(0);
                job.await();
            } finally {
                if (shared) {
                    release();
                }
            }
            job.rethrow();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the worker pool is closed");
        }
    }

    /** Takes the threads, unless they are busy or to be left alone. */
    private boolean claim() {
        if (workers.length == 0 || !busy.compareAndSet(false, true)) {
            return false;
        }
        if (System.nanoTime() - aloneUntil < 0) {
            busy.set(false);
            return false;
        }
        return true;
    }

    private void post(Job mine, int blocks) {
        job = mine;
        wake(Math.min(blocks - 1, workers.length));
    }

    private void release() {
        job = null;
        busy.set(false);
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
        private final int number;
        /** Of this one there is nothing left to begin. */
        private @Nullable Job finished;

        private volatile boolean asleep;

        Worker(int number) {
            super("rankine-worker-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            int spins = 0;
            while (!closed) {
                Job current = job;
                if (current != null && !current.equals(finished)) {
                    current.work(number);
                    finished = current;
                    spins = 0;
                } else if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    sleep();
                    spins = 0;
                }
            }
            finished = null;
        }

        private void sleep() {
            asleep = true;
            // a job may have been posted before the caller could see this thread asleep
            Job current = job;
            if (current == null) {
                finished = null;
            }
            if (!closed && (current == null || current.equals(finished))) {
                LockSupport.park(WorkerPool.this);
            }
            asleep = false;
        }
    }

    private static final class Job {
        private final Body body;
        private final Part[] parts;
        private volatile @Nullable Throwable failure;

        Job(Body body, int threads, int... ends) {
            this.body = body;
            parts = new Part[ends.length];
            for (int i = 0; i < ends.length; i++) {
                parts[i] = new Part(i == 0 ? 0 : ends[i - 1], ends[i], threads);
            }
        }

        /** Takes blocks until none is left to be taken. */
        void work(int thread) {
            for (int i = 0; i < parts.length; i++) {
                if (i > 0) {
                    // nothing is left to be taken there, so somebody is at work on each block that has not ended
                    parts[i - 1].await();
                }
                parts[i].work(thread, this);
            }
        }

        boolean isDone() {
            for (Part part : parts) {
                if (!part.isDone()) {
                    return false;
                }
            }
            return true;
        }

        void await() {
            for (Part part : parts) {
                part.await();
            }
        }

        void run(int block) {
            try {
                if (failure == null) {
                    body.run(block);
                }
            } catch (Throwable thrown) {
                failure = thrown;
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

    /** Blocks that may run at the same time, a run of them for each thread to begin with. */
    private static final class Part {
        /** Ints from one counter to the next: two threads do not write to the same cache line. */
        private static final int APART = 16;

        private final int first;
        private final int blocks;
        private final int runs;
        /** How many blocks of each run have been taken. */
        private final AtomicIntegerArray taken;

        private final AtomicInteger done = new AtomicInteger();

        Part(int first, int end, int threads) {
            this.first = first;
            blocks = end - first;
            runs = Math.min(threads, blocks);
            taken = new AtomicIntegerArray(runs * APART);
        }

        void work(int thread, Job job) {
            int ran = 0;
            for (int i = 0; i < runs; i++) {
                int run = (thread + i) % runs;
                int from = begin(run);
                int length = begin(run + 1) - from;
                while (taken.get(run * APART) < length) {
                    int block = taken.getAndIncrement(run * APART);
                    if (block < length) {
                        job.run(from + block);
                        ran++;
                    }
                }
            }
            if (ran > 0) {
                done.addAndGet(ran);
            }
        }

        private int begin(int run) {
            return first + (int) ((long) run * blocks / runs);
        }

        boolean isDone() {
            return done.get() >= blocks;
        }

        void await() {
            for (int spins = 0; !isDone(); spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
    }
}
