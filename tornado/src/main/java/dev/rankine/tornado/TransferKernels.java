package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Between the arrays that TornadoVM carries over the bus and those that stay on the device. Words: 0 how many elements, 1
 * where they begin on the device.
 */
final class TransferKernels {
    private TransferKernels() {}

    /** Makes TornadoVM allocate everything. */
    static void first(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        if (c.globalIdx == 0) {
            heap.set(0, 0f);
            ints.set(0, 0);
            program.set(Block.NEXT, 0);
            numbers.set(0, 0f);
            slots.set(0, 0);
            slots.set(1, 0);
        }
    }

    /** Goes to what came after the root the last time. */
    static void rewind(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int parity = (c.globalGroupSizeX / Block.GROUP) & 1;
        if (c.globalIdx == 0) {
            slots.set(1 - parity, program.get(Record.ROOT * Block.WORDS + Block.NEXT));
        }
    }

    static void put(
            KernelContext c,
            FloatArray heap,
            IntArray ints,
            IntArray program,
            FloatArray numbers,
            IntArray slots,
            FloatArray stage,
            IntArray done) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        if (c.globalIdx == 0) {
            done.set(0, 1);
        }
        for (int i = c.globalIdx; i < program.get(b); i += c.globalGroupSizeX) {
            heap.set(program.get(b + 1) + i, stage.get(i));
        }
    }

    static void putInts(
            KernelContext c,
            FloatArray heap,
            IntArray ints,
            IntArray program,
            FloatArray numbers,
            IntArray slots,
            IntArray stage,
            IntArray done) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        if (c.globalIdx == 0) {
            done.set(0, 1);
        }
        for (int i = c.globalIdx; i < program.get(b); i += c.globalGroupSizeX) {
            ints.set(program.get(b + 1) + i, stage.get(i));
        }
    }

    static void get(
            KernelContext c,
            FloatArray heap,
            IntArray ints,
            IntArray program,
            FloatArray numbers,
            IntArray slots,
            FloatArray stage) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        for (int i = c.globalIdx; i < program.get(b); i += c.globalGroupSizeX) {
            stage.set(i, heap.get(program.get(b + 1) + i));
        }
    }

    /**
     * Writes the record. Of the ints of {@code change}, 0 is the node, 1 the slot that must name it, 2 the node that
     * comes before it or -1, 3 whether its content follows, from 4 on.
     */
    static void change(
            KernelContext c,
            FloatArray heap,
            IntArray ints,
            IntArray program,
            FloatArray numbers,
            IntArray slots,
            IntArray change,
            FloatArray changedNumbers,
            IntArray done) {
        int i = c.globalIdx;
        int node = change.get(0);
        if (i == 0) {
            slots.set(change.get(1), node);
            if (change.get(2) >= 0) {
                program.set(change.get(2) * Block.WORDS + Block.NEXT, node);
            }
            done.set(0, node);
        }
        if (change.get(3) == 1) {
            if (i < Block.NEXT) {
                program.set(node * Block.WORDS + i, change.get(4 + i));
            }
            if (i < Block.NUMBERS) {
                numbers.set(node * Block.NUMBERS + i, changedNumbers.get(i));
            }
        }
    }
}
