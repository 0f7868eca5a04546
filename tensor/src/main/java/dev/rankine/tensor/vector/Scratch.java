package dev.rankine.tensor.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What one thread needs while it multiplies: a packed block of A, a tile of C and room for packed panels of B. */
final class Scratch {
    /** Rows of A at a fixed stride. */
    final float[] packedA = new float[(Packing.MAX_ROWS + Packing.ROW_PADDING) * Packing.ROW_STRIDE];
    /** A tile of C, rows of two vectors, for what does not fit the borders of C. */
    final long tile;

    /** Where a square is transposed. */
    final long room;

    private final MemorySegment tileMemory;
    private final MemorySegment roomMemory;
    private MemorySegment panels = MemorySegment.NULL;
    private MemorySegment turned = MemorySegment.NULL;

    Scratch() {
        tileMemory = allocate(Packing.MAX_TILE_ROWS * Packing.PANEL_BYTES);
        tile = tileMemory.address();
        roomMemory = allocate(SquareTranspose.ROOM);
        room = roomMemory.address();
    }

    /** Room for packed panels of B, at least {@code bytes}, aligned to a cache line. Its content is lost. */
    long panels(long bytes) {
        if (panels.byteSize() < bytes) {
            panels = allocate(bytes);
        }
        return panels.address();
    }

    /** Room for rows that are being transposed or gathered. */
    long turned(long bytes) {
        if (turned.byteSize() < bytes) {
            turned = allocate(bytes);
        }
        return turned.address();
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, 64);
    }
}
