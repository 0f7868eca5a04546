package dev.rankine.tensor.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What one thread needs while it multiplies: a tile of C and room for packed rows of A and panels of B. */
final class Scratch {
    /** A tile of C, rows as long as a panel's, for what does not fit the borders of C. */
    final long tile;

    /** Where a square is transposed. */
    final long room;

    /** Where a row of a tile begins that has no sum yet. */
    final long zeros;

    /** The sum of what was read ahead; nobody wants it, but the JIT would not read what nobody keeps. */
    float seen;

    private float[] rows = {};
    private final MemorySegment tileMemory;
    private final MemorySegment roomMemory;
    private final MemorySegment zerosMemory;
    private MemorySegment panels = MemorySegment.NULL;
    private MemorySegment turned = MemorySegment.NULL;
    private MemorySegment widened = MemorySegment.NULL;

    Scratch() {
        tileMemory = allocate(Packing.MAX_TILE_ROWS * Packing.PANEL_BYTES);
        tile = tileMemory.address();
        zerosMemory = allocate(Packing.PANEL_BYTES);
        zeros = zerosMemory.address();
        roomMemory = allocate(SquareTranspose.ROOM);
        room = roomMemory.address();
    }

    /** Room for {@code count} packed rows of A of {@code steps} steps of k. Its content is lost. */
    float[] rows(int count, int steps) {
        int floats = Packing.roundUp(count, Packing.LEAST_TILE_ROWS) * steps;
        if (rows.length < floats) {
            rows = new float[floats];
        }
        return rows;
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

    /** Room for a B in F32 that is stored in a narrower type. */
    long widened(long bytes) {
        if (widened.byteSize() < bytes) {
            widened = allocate(bytes);
        }
        return widened.address();
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, 64);
    }
}
