package dev.rankine.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The memory that the scopes of one training or evaluation loop share. After the first steps have sized it, a step
 * allocates nothing. A pool serves one thread at a time.
 *
 * <p>Blocks come in size classes, four between each two powers of two, of which at most a quarter is idle. A block serves
 * smaller results too: after the largest batch of a run every other one finds its place in the memory that there is.
 */
public final class ScopePool {
    private static final long SMALLEST = 64;
    /** Elements of small blocks. */
    private static final long SMALL = 1 << 14;
    /** Small results lie in no block that is larger than this: others may be about to use it. */
    private static final long MUCH = 1 << 16;

    private final Backend backend;
    private final Map<DType, NavigableMap<Long, ArrayDeque<Storage>>> free = new EnumMap<>(DType.class);
    private final List<Storage> setAside = new ArrayList<>();
    private long allocatedBytes;
    private int allocations;

    public ScopePool(Backend backend) {
        this.backend = backend;
    }

    /** Opens the scope of one step. Close it on the thread that opened it. */
    public Scope open() {
        return new Scope(this);
    }

    /** Where the memory lies. */
    public Backend backend() {
        return backend;
    }

    Storage take(DType dtype, long elements) {
        long capacity = sizeClass(elements);
        Storage storage = smallest(dtype, capacity);
        if (storage == null) {
            storage = Storage.allocate(dtype, capacity);
            allocatedBytes += capacity * dtype.bytes();
            allocations++;
        }
        return storage;
    }

    /** Ends a lease before its scope's end. A small block whose next user would have to wait stays unused until that. */
    void giveBackEarly(Storage storage) {
        if (storage.isReusedLate() && storage.elements() <= SMALL) {
            storage.expire();
            setAside.add(storage);
        } else {
            giveBack(storage);
        }
    }

    /** Called when a scope ends. */
    void giveBackSetAside() {
        setAside.forEach(this::giveBack);
        setAside.clear();
    }

    void giveBack(Storage storage) {
        storage.expire();
        free(storage.dtype())
                .computeIfAbsent(storage.elements(), key -> new ArrayDeque<>())
                .addLast(storage);
    }

    /** The smallest free block that is large enough. A device moves whole blocks, so there none of a larger class serves. */
    private @Nullable Storage smallest(DType dtype, long capacity) {
        long largest = backend.isDevice() ? capacity : capacity <= SMALL ? MUCH : Long.MAX_VALUE;
        NavigableMap<Long, ArrayDeque<Storage>> classes = free(dtype);
        // by keys that are there, since every temporary comes from here and a view of the map would be garbage
        for (Long size = classes.ceilingKey(capacity);
                size != null && size <= largest;
                size = classes.higherKey(size)) {
            Storage storage = take(Objects.requireNonNull(classes.get(size)));
            if (storage != null) {
                return storage;
            }
        }
        return null;
    }

    /** The one that was used last; rather another where put-off work is still to use it, which would have to be waited for. */
    private static @Nullable Storage take(ArrayDeque<Storage> blocks) {
        Storage last = blocks.pollLast();
        if (last == null || !last.isAwaited(true)) {
            return last;
        }
        for (int i = blocks.size(); i > 0; i--) {
            blocks.addFirst(last);
            last = blocks.removeLast();
            if (!last.isAwaited(true)) {
                return last;
            }
        }
        return last;
    }

    private NavigableMap<Long, ArrayDeque<Storage>> free(DType dtype) {
        return free.computeIfAbsent(dtype, key -> new TreeMap<>());
    }

    /** Bytes of all blocks that this pool ever allocated. */
    public long allocatedBytes() {
        return allocatedBytes;
    }

    /** How often the pool had to allocate; it does not change over a warm step. */
    public int allocations() {
        return allocations;
    }

    /** The smallest of 2^k x {1, 1.25, 1.5, 1.75} that holds this many elements. */
    static long sizeClass(long elements) {
        if (elements <= SMALLEST) {
            return SMALLEST;
        }
        long power = Long.highestOneBit(elements);
        for (long quarters = 4; quarters < 8; quarters++) {
            long candidate = power / 4 * quarters;
            if (candidate >= elements) {
                return candidate;
            }
        }
        return power * 2;
    }
}
