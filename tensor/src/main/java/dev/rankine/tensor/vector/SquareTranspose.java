package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Transposes squares of floats as wide as a vector, by rounds of {@link RegisterTranspose}. */
final class SquareTranspose {
    /** Bytes of the room that a transpose needs. */
    static final long ROOM = (long) COUNT * BYTES;

    private SquareTranspose() {}

    /** Whether there are rounds for this machine's vectors. */
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
        long source = from;
        long step = fromStep;
        if (width < COUNT) {
            VectorMask<Float> mask = Lanes.first(width);
            for (int i = 0; i < COUNT; i++) {
                FloatVector.fromMemorySegment(SPECIES, ALL, from + i * fromStep, ORDER, mask)
                        .intoMemorySegment(ALL, room + (long) i * BYTES, ORDER);
            }
            source = room;
            step = BYTES;
        }
        switch (COUNT) {
            case 16 -> {
                for (int i = 0; i < 4; i++) {
                    RegisterTranspose.rounds8And4(source + i * step, 4 * step, room + (long) i * BYTES, 4L * BYTES);
                }
                source = room;
                step = BYTES;
            }
            case 8 -> {
                for (int i = 0; i < 2; i++) {
                    RegisterTranspose.rounds4(source + i * step, 2 * step, room + (long) i * BYTES, 2L * BYTES);
                }
                source = room;
                step = BYTES;
            }
            default -> {}
        }
        for (int i = 0; i < COUNT; i += 4) {
            RegisterTranspose.rounds2And1(source + i * step, step, to + i * toStep, toStep);
        }
    }
}
