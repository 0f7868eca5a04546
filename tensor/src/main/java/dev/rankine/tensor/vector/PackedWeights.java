package dev.rankine.tensor.vector;

import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Panels of weights that stay as they are, packed once. Where few rows pass by a weight (decoding, evaluation, small
 * batches) packing it takes a tenth to a half of the product; where many do, nothing would be gained. A product gives the
 * same bits with and without.
 *
 * <p>A matrix is taken for frozen when it is met for the second time as it was, and for good as one that changes when it
 * has been written in between. Panels belong to their matrix's storage: with it they go. They may take a number of bytes
 * together; what is met beyond that is packed in every product. Weights of F16 and BF16 are always: their panels would hold them
 * twice as large as they are stored.
 */
final class PackedWeights {
    /** Rows up to which packing B is a tenth of a product or more. */
    static final int MAX_ROWS = 256;

    private static final long UNKNOWN = -1;

    private final LongSupplier budget;
    private final Map<Storage, Sightings> seen = new WeakHashMap<>();
    private long most = UNKNOWN;

    /** How a matrix lies in its storage, in elements. */
    private record Layout(long offset, int rows, int columns, long rowStride, long columnStride) {}

    /** What is known of a storage. */
    private static final class Sightings {
        private final long version;
        private boolean changes;
        private final Map<Layout, @Nullable Panels> panels = new HashMap<>();

        Sightings(long version) {
            this.version = version;
        }

        long bytes() {
            long bytes = 0;
            for (Panels each : panels.values()) {
                bytes += each == null ? 0 : each.memory().byteSize();
            }
            return bytes;
        }
    }

    /** @param budget the most bytes that panels may take, asked for when the first are to be kept; 0 keeps none */
    PackedWeights(LongSupplier budget) {
        this.budget = budget;
    }

    /**
     * The panels of {@code weight}, which is B of a product that is cut into blocks; null if it must be packed as always.
     *
     * @param p the product
     */
    synchronized @Nullable Panels find(Tensor weight, Product p) {
        Storage storage = weight.storage();
        if (p.m() > MAX_ROWS || storage.isLeased() || storage.dtype().bytes() < Float.BYTES) {
            return null;
        }
        Sightings sightings = seen.computeIfAbsent(storage, key -> new Sightings(key.version()));
        if (sightings.changes || sightings.version != storage.version()) {
            sightings.changes = true;
            sightings.panels.clear();
            return null;
        }
        Layout layout = new Layout(weight.offset(), p.k(), p.n(), weight.stride(0), weight.stride(1));
        boolean met = sightings.panels.containsKey(layout);
        Panels panels = sightings.panels.get(layout);
        if (panels == null) {
            panels = met ? pack(p) : null;
            sightings.panels.put(layout, panels);
        }
        return panels;
    }

    /** Bytes of all panels that are kept. */
    synchronized long bytes() {
        return seen.values().stream().mapToLong(Sightings::bytes).sum();
    }

    private @Nullable Panels pack(Product p) {
        long step = Packing.panelBytes(p.k());
        int count = Packing.panels(p.n());
        if (most == UNKNOWN) {
            most = budget.getAsLong();
        }
        if (bytes() + step * count > most) {
            return null;
        }
        MemorySegment memory;
        try {
            memory = Arena.ofAuto().allocate(step * count, 64);
        } catch (OutOfMemoryError full) {
            // what tensors took leaves less than was planned
            most = bytes();
            return null;
        }
        Scratch scratch = new Scratch();
        for (int q = 0; q < count; q++) {
            Packing.panel(p, q, memory.address(), scratch);
        }
        return new Panels(memory, step);
    }
}
