package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What lives on the device for as long as a plan does.
 *
 * @param heap every F32 tensor; F16 and BF16 come here widened
 * @param ints every I64 tensor, two ints for a number, and the plans of {@code scatterAdd}
 * @param program the words of every node of the {@link Record}
 * @param numbers the floats of every node
 * @param slots the node of this launch and of the next, in turns
 */
record DeviceArrays(FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
    static DeviceArrays of(Shadow shadow, int floats, int integers, int nodes) {
        return new DeviceArrays(
                shadow.floats(floats),
                shadow.ints(integers),
                shadow.ints(nodes * Block.WORDS),
                shadow.floats(nodes * Block.NUMBERS),
                shadow.ints(2));
    }

    Object[] all() {
        return new Object[] {heap, ints, program, numbers, slots};
    }
}
