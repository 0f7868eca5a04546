package dev.rankine.tornado;

import dev.rankine.tensor.Cells;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which storages lie on the device, where, and whose copy is the newer one.
 *
 * <ul>
 *   <li>A result gets its place when it is first written and loses it when its lease ends.
 *   <li>A leaf (a weight, a batch) is copied when it is first read, and again when the host has changed it. What the host made
 *       for one step alone is forgotten with the scope; a leaf that is read again in a later one stays for good.
 *   <li>The host's copy is brought up to date only when the host looks at it.
 * </ul>
 *
 * F16 and BF16 are widened on their way. I64 is never computed on the device, so the host always has its newest copy.
 */
final class Residency implements Storage.Residence {
    /** Ints of an I64. */
    private static final int INTS = 2;

    private static final int CHUNK = 1 << 20;

    private final class Region extends WeakReference<Storage> {
        private final long id;
        private final boolean integers;
        private final long length;
        private int place = -1;
        private int placings;
        private boolean newer;
        private long version;

        Region(Storage storage) {
            super(storage, dead);
            id = storage.id();
            integers = storage.dtype() == DType.I64;
            length = storage.elements() * (integers ? INTS : 1);
        }

        Places room() {
            return integers ? ints : heap;
        }

        void release() {
            if (place >= 0) {
                room().giveBack(place, length);
                place = -1;
            }
            newer = false;
        }
    }

    private final Stages stages;
    private final Places heap;
    private final Places ints;
    private final Map<Long, Region> regions = new HashMap<>();
    private final ReferenceQueue<Storage> dead = new ReferenceQueue<>();
    /** Leaves that were placed in the open scopes, innermost last. */
    private final List<List<Region>> visitors = new ArrayList<>();

    Residency(Stages stages, int heapElements, int intElements) {
        this.stages = stages;
        heap = new Places(heapElements);
        ints = new Places(intElements);
    }

    void scopeOpened() {
        visitors.add(new ArrayList<>());
    }

    /** Leaves that came for the first time, and that the device has not changed, give up their places. */
    void scopeClosing() {
        for (Region region : visitors.removeLast()) {
            if (region.placings == 1 && !region.newer) {
                region.release();
            }
        }
    }

    /** Where the first element of an operand lies on the device, after what the host has newer was copied there. */
    int read(Tensor x) {
        Storage storage = x.storage();
        Region region = placed(storage);
        refresh(storage, region, x);
        return place(region, x);
    }

    /** The same of x where it is row-major, else of a copy that is. */
    int readRowMajor(Tensor x) {
        return read(x.contiguous());
    }

    /** Where the first element of a result lies, all of which a kernel is about to write. */
    int write(Tensor out) {
        Storage storage = out.storage();
        Region region = placed(storage);
        boolean whole = out.isContiguous() && out.shape().size() == storage.elements();
        if (!whole && !storage.isUnwritten()) {
            refresh(storage, region, out);
        }
        region.newer = true;
        region.version = storage.version();
        return place(region, out);
    }

    private static int place(Region region, Tensor x) {
        return Math.toIntExact(region.place + x.offset() * (region.integers ? INTS : 1));
    }

    private void refresh(Storage storage, Region region, Tensor x) {
        if (!region.newer && region.version != storage.version()) {
            copyUp(storage, region, x);
            region.version = storage.version();
        }
    }

    private Region placed(Storage storage) {
        Region region = regions.get(storage.id());
        if (region == null) {
            forgetTheDead();
            region = new Region(storage);
            regions.put(storage.id(), region);
        }
        if (region.place < 0) {
            region.place = take(region);
            region.placings++;
            region.version = -1;
            storage.residesOn(this);
            if (!visitors.isEmpty()) {
                visitors.getLast().add(region);
            }
        }
        return region;
    }

    private int take(Region region) {
        int place = region.room().take(region.length);
        if (place < 0) {
            forgetTheDead();
            place = region.room().take(region.length);
        }
        if (place < 0) {
            throw new OutOfMemoryError("the device's memory is full: " + 4 * region.length + " bytes more than the "
                    + 4 * region.room().used() + " of " + 4L * region.room().capacity()
                    + " bytes in use; use a smaller batch, or set RANKINE_DEVICE_MEMORY if the device has more");
        }
        return place;
    }

    private void forgetTheDead() {
        for (var reference = dead.poll(); reference != null; reference = dead.poll()) {
            if (reference instanceof Region region) {
                region.release();
                regions.remove(region.id, region);
            }
        }
    }

    private void copyUp(Storage storage, Region region, Tensor x) {
        MemorySegment host = storage.host();
        switch (storage.dtype()) {
            case F32 -> stages.toHeap(host, region.place);
            case I64 -> stages.toInts(host, region.place);
            case F16, BF16 -> copyUpWidened(Cells.of(x), storage.elements(), region.place);
            case F64 -> throw new IllegalArgumentException("F64 does not compute on this device: " + x);
        }
    }

    private void copyUpWidened(Cells cells, long elements, int place) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wide = arena.allocate(ValueLayout.JAVA_FLOAT, Math.min(CHUNK, elements));
            for (long from = 0; from < elements; from += CHUNK) {
                int count = (int) Math.min(CHUNK, elements - from);
                for (int i = 0; i < count; i++) {
                    wide.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) cells.get(from + i));
                }
                stages.toHeap(wide.asSlice(0, 4L * count), place + (int) from);
            }
        }
    }

    @Override
    public void bringHome(Storage storage) {
        Region region = regions.get(storage.id());
        if (region != null && region.newer) {
            region.newer = false;
            stages.fromHeap(region.place, storage.host());
            region.version = storage.version();
        }
    }

    @Override
    public void ended(Storage storage) {
        Region region = regions.remove(storage.id());
        if (region != null) {
            region.clear();
            region.release();
        }
    }

    /** Brings everything home that is newer here, before the device's memory goes. */
    void close() {
        for (Region region : List.copyOf(regions.values())) {
            @Nullable Storage storage = region.get();
            if (storage != null) {
                bringHome(storage);
                storage.residesOn(null);
            }
        }
        regions.clear();
    }
}
