package dev.rankine.tensor.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Memory that is taken piece by piece and given back as a whole. After the first uses nothing is allocated. */
final class Room {
    private static final long CHUNK = 1 << 20;

    private final List<MemorySegment> chunks = new ArrayList<>();
    private int chunk;
    private long used;

    /** The address of so many bytes, aligned to a cache line. */
    long take(long bytes) {
        while (chunk < chunks.size() && used + bytes > chunks.get(chunk).byteSize()) {
            chunk++;
            used = 0;
        }
        if (chunk == chunks.size()) {
            chunks.add(Arena.ofAuto().allocate(Math.max(CHUNK, bytes), 64));
        }
        long address = chunks.get(chunk).address() + used;
        used += (bytes + 63) & -64;
        return address;
    }

    void clear() {
        chunk = 0;
        used = 0;
    }
}
