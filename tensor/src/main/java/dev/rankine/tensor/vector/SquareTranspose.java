package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Transposes squares of floats as wide as a vector, by {@link RegisterTranspose}. */
final class SquareTranspose {
    /** Bytes of the room that a transpose needs. */
    static final long ROOM = (long) COUNT * BYTES;

    private SquareTranspose() {}

    /** Whether there is a kernel for this machine's vectors. */
    static boolean fits() {
        return COUNT == 16 || COUNT == 8 || COUNT == 4;
    }

    /**
     * Turns {@code COUNT} rows, {@code fromStep} bytes apart, into as many {@code toStep} bytes apart.
     *
     * @param width how many numbers of each row are read; what is missing becomes rows of zeros
     * @param room {@link #ROOM} bytes
     */
    static void run(long from, long fromStep, long to, long toStep, int width, long room) {
        if (width < COUNT) {
            VectorMask<Float> mask = Lanes.first(width);
            for (int i = 0; i < COUNT; i++) {
                FloatVector.fromMemorySegment(SPECIES, ALL, from + i * fromStep, ORDER, mask)
                        .intoMemorySegment(ALL, room + (long) i * BYTES, ORDER);
            }
            whole(room, BYTES, to, toStep);
        } else {
            whole(from, fromStep, to, toStep);
        }
    }

    private static void whole(long from, long fromStep, long to, long toStep) {
        if (COUNT == 16) {
            RegisterTranspose.square16(from, fromStep, to, toStep);
        } else if (COUNT == 8) {
            RegisterTranspose.square8(from, fromStep, to, toStep);
        } else {
            RegisterTranspose.square4(from, fromStep, to, toStep);
        }
    }
}
