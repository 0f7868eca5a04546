package dev.rankine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory under one or more tensors. {@link #host()} is the only way to its bytes, because a device may hold the
 * newer copy.
 *
 * <p>Own allocations lie off the heap, aligned to {@value #ALIGNMENT} bytes, with {@value #HEADROOM} spare bytes in
 * front, so that a device runtime can lay an array with a header over them. Mapped files have neither. The garbage
 * collector owns the memory: nobody closes a storage.
 *
 * <p>A storage has an identity ({@link #id()}), a {@link #version()} that every write raises (caches are keyed by both)
 * and a {@link #generation()} that the pool raises when it takes the memory back from its tensors.
 */
public final class Storage {
    public static final int ALIGNMENT = 64;
    public static final int HEADROOM = 16;
    private static final AtomicLong NEXT_ID = new AtomicLong();

    /** A device that holds a storage's newest content. */
    public interface Residence {
        /** Brings the host memory of {@code storage} up to date. Called before the host reads. */
        void bringHome(Storage storage);

        /** Says that nobody will read the content of {@code storage} any more: its lease has ended. */
        default void ended(Storage storage) {}
    }

    /** Work that a back-end has put off, and that is still to read or to write a storage. */
    public interface Awaited {
        /** Returns when it is done. */
        void await();

        /** Whether it is of a back-end that keeps what it puts off in order. */
        boolean isOf(Object queue);
    }

    private final long id = NEXT_ID.getAndIncrement();
    private final DType dtype;
    private final long elements;
    private final MemorySegment memory;
    private final boolean foreign;
    private boolean reusedLate;
    private long version;
    private int generation;
    private int holds;
    private @Nullable Scope lessor;
    private long leasedVersion;
    private @Nullable Residence residence;
    private volatile @Nullable Awaited reader;
    private volatile @Nullable Awaited writer;

    private Storage(DType dtype, long elements, MemorySegment memory, boolean foreign) {
        this.foreign = foreign;
        this.dtype = dtype;
        this.elements = elements;
        this.memory = memory;
    }

    /**
     * New zeroed memory for a number of elements.
     *
     * @throws OutOfMemoryError naming {@code -XX:MaxDirectMemorySize} if off-heap memory is exhausted
     */
    public static Storage allocate(DType dtype, long elements) {
        long bytes = Math.multiplyExact(elements, (long) dtype.bytes());
        try {
            MemorySegment block = Arena.ofAuto().allocate(Math.addExact(bytes, (long) ALIGNMENT), ALIGNMENT);
            return new Storage(dtype, elements, block.asSlice(ALIGNMENT, bytes), false);
        } catch (OutOfMemoryError exhausted) {
            OutOfMemoryError named = new OutOfMemoryError("no off-heap memory for " + bytes + " bytes (" + elements
                    + " " + dtype + "): raise -XX:MaxDirectMemorySize or use a smaller batch");
            named.initCause(exhausted);
            throw named;
        }
    }

    /** A storage over memory that exists already, such as a mapped checkpoint. Alignment may be any. */
    public static Storage over(MemorySegment memory, DType dtype) {
        if (memory.byteSize() % dtype.bytes() != 0) {
            throw new IllegalArgumentException(memory.byteSize() + " bytes are no whole number of " + dtype);
        }
        return new Storage(dtype, memory.byteSize() / dtype.bytes(), memory, true);
    }

    public long id() {
        return id;
    }

    public DType dtype() {
        return dtype;
    }

    /** How many elements fit. */
    public long elements() {
        return elements;
    }

    /** Whether the memory was there before: others may know its address, and look at it without asking. */
    public boolean isForeign() {
        return foreign;
    }

    /** Whether the memory can only be read, as that of a mapped file. */
    public boolean isReadOnly() {
        return memory.isReadOnly();
    }

    /** Raised by every write; with {@link #id()} the key of caches. */
    public long version() {
        return version;
    }

    public int generation() {
        return generation;
    }

    /**
     * The bytes for reading, in the machine's order: brought home from a device first if that holds the newer copy, and after
     * whatever is still to write them.
     */
    public MemorySegment host() {
        await(writer);
        return hostInOrder();
    }

    /** The bytes for writing, after whatever is still to read or to write them: raises the version. */
    public MemorySegment hostForWriting() {
        settle();
        written();
        return hostInOrder();
    }

    /** The bytes for a back-end that puts its own work behind what is awaited. */
    public MemorySegment hostInOrder() {
        if (residence != null) {
            residence.bringHome(this);
        }
        return memory;
    }

    /** Waits for whatever is still to read or to write here. */
    public void settle() {
        await(writer);
        await(reader);
    }

    /** Waits for work of others than this queue. */
    public void settleOthers(Object queue) {
        awaitUnless(queue, writer);
        awaitUnless(queue, reader);
    }

    private static void awaitUnless(Object queue, @Nullable Awaited work) {
        if (work != null && !work.isOf(queue)) {
            work.await();
        }
    }

    private static void await(@Nullable Awaited work) {
        if (work != null) {
            work.await();
        }
    }

    /** Says that this work, which comes after all that was said before, will read here, or write and perhaps read. */
    public void awaits(Awaited work, boolean writes) {
        if (writes) {
            writer = work;
        } else {
            reader = work;
        }
    }

    /** Says that whoever takes this memory over would have to wait for all of the work that is put off. */
    public void reuseLate() {
        reusedLate = true;
    }

    boolean isReusedLate() {
        return reusedLate;
    }

    /** Says that this work is done. */
    public void done(Awaited work) {
        writer = work.equals(writer) ? null : writer;
        reader = work.equals(reader) ? null : reader;
    }

    /** Whether something is still to write here, or, if {@code orRead}, to read. */
    public boolean isAwaited(boolean orRead) {
        return writer != null || orRead && reader != null;
    }

    /** Says that an operation is about to write here, so that whatever was cached of the content is stale. */
    public void written() {
        version++;
    }

    /** Called by a device that may come to hold newer content than the host ({@code null}: it holds none any more). */
    public void residesOn(@Nullable Residence device) {
        residence = device;
    }

    void leasedBy(@Nullable Scope scope) {
        lessor = scope;
        leasedVersion = version;
    }

    /** Another scope takes this memory back, its content stays what it is. */
    void movesTo(Scope scope) {
        lessor = scope;
    }

    /** Whether this is a temporary of an open scope. */
    public boolean isLeased() {
        return lessor != null;
    }

    /** Whether this is room for a result that the host has not written to: what lies here means nothing to a device. */
    public boolean isUnwritten() {
        return lessor != null && version == leasedVersion;
    }

    @Nullable
    Scope lessor() {
        return lessor;
    }

    /** Ends the life of every tensor over this memory; the pool may give it out again. */
    void expire() {
        generation++;
        version++;
        holds = 0;
        reusedLate = false;
        lessor = null;
        if (residence != null) {
            residence.ended(this);
            residence = null;
        }
    }

    /** Counts one more reader that is still to come, so that {@link #releaseHold} knows the last one. */
    public void hold() {
        holds++;
    }

    /** One reader less; the last one gives leased memory back to the running scope. Persistent memory stays. */
    public void releaseHold() {
        if (--holds == 0 && lessor != null) {
            lessor.takeBack(this);
        }
    }

    /** One reader less, without giving anything back. */
    public void dropHold() {
        holds--;
    }
}
