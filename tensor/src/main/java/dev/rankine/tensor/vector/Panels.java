package dev.rankine.tensor.vector;

import java.lang.foreign.MemorySegment;

/**
 * All of a B packed once and for all: panel behind panel, in each all steps of k; see {@link Packing#panel}.
 *
 * @param step bytes from one panel to the next
 */
record Panels(MemorySegment memory, long step) {
    long address() {
        return memory.address();
    }
}
