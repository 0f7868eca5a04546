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
        firstRounds(source, step, room);
        if (COUNT > 4) {
            source = room;
            step = BYTES;
        }
        for (int i = 0; i < COUNT; i += 4) {
            RegisterTranspose.rounds2And1(source + i * step, step, to + i * toStep, toStep);
        }
    }

    /** Turns a whole square, its rows {@code fromStep} bytes apart, into rows of an array, {@code toStep} floats apart. */
    static void run(long from, long fromStep, float[] to, int at, int toStep, long room) {
        firstRounds(from, fromStep, room);
        long source = COUNT > 4 ? room : from;
        long step = COUNT > 4 ? BYTES : fromStep;
        for (int i = 0; i < COUNT; i += 4) {
            RegisterTranspose.rounds2And1(source + i * step, step, to, at + i * toStep, toStep);
        }
    }

    /** What comes before the last two rounds, into {@code room}; nothing for vectors of four lanes. */
    private static void firstRounds(long from, long fromStep, long room) {
        if (COUNT == 16) {
            for (int i = 0; i < 4; i++) {
                RegisterTranspose.rounds8And4(from + i * fromStep, 4 * fromStep, room + (long) i * BYTES, 4L * BYTES);
            }
        } else if (COUNT == 8) {
            for (int i = 0; i < 2; i++) {
                RegisterTranspose.rounds4(from + i * fromStep, 2 * fromStep, room + (long) i * BYTES, 2L * BYTES);
            }
        }
    }
}
