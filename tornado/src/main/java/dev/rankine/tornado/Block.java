package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * How a kernel finds the numbers of its call. They lie in a table on the device, {@value #WORDS} ints and
 * {@value #NUMBERS} floats for each node of the {@link Record}; a kernel is told nothing else, so that a call that was
 * recorded once starts again without a byte from the host.
 *
 * <p>Which node it is stands in one of two slots. Launches alternate between them: the number of work-groups is even or
 * odd as the launch is. A kernel reads its own slot and writes the node that comes next into the other one, which nobody
 * reads before the next launch.
 */
final class Block {
    /** Ints of a node. */
    static final int WORDS = 64;
    /** Floats of a node. */
    static final int NUMBERS = 8;
    /** Threads of a work-group, of every kernel. */
    static final int GROUP = 256;
    /** Where in a node's words the next node stands. */
    static final int NEXT = WORDS - 1;

    private Block() {}

    /** In a kernel: the node of this launch; names the next one. */
    static int open(KernelContext context, IntArray program, IntArray slots) {
        int parity = (context.globalGroupSizeX / GROUP) & 1;
        int node = slots.get(parity);
        if (context.globalIdx == 0) {
            slots.set(1 - parity, program.get(node * WORDS + NEXT));
        }
        return node;
    }

    /**
     * In a kernel: where the element with a row-major number lies.
     *
     * @param axes where in the table the lengths of {@code rank} axes begin
     * @param strides where their strides begin
     * @param offset where in the table the place of the first element stands
     */
    static int place(IntArray program, int number, int rank, int axes, int strides, int offset) {
        int rest = number;
        int place = program.get(offset);
        for (int axis = rank - 1; axis >= 0; axis--) {
            int length = program.get(axes + axis);
            int quotient = rest / length;
            place += (rest - quotient * length) * program.get(strides + axis);
            rest = quotient;
        }
        return place;
    }
}
