package dev.rankine.tensor.vector;

import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;

/**
 * How a {@link RowStep} uses the memory of a tensor: as a whole, or by units, of which each has an equal share of the bytes,
 * in their order.
 *
 * @param offset of the first byte in the tensor's storage
 * @param bytes of all units together
 */
record Use(Storage storage, boolean writes, boolean byUnit, long offset, long bytes) {
    static Use reads(Tensor x) {
        return whole(x.storage(), false);
    }

    static Use writes(Tensor x) {
        return whole(x.storage(), true);
    }

    private static Use whole(Storage storage, boolean writes) {
        return new Use(storage, writes, false, 0, Long.MAX_VALUE);
    }

    /** By the steps of the first axis that is longer than 1; as a whole where these do not lie behind each other. */
    static Use rows(Tensor x, boolean writes) {
        long width = x.dtype().bytes();
        if (x.isContiguous()) {
            return new Use(
                    x.storage(),
                    writes,
                    true,
                    width * x.offset(),
                    width * x.shape().size());
        }
        int first = 0;
        while (x.shape().dim(first) == 1) {
            first++;
        }
        long reach = 1;
        for (int axis = first + 1; axis < x.shape().rank(); axis++) {
            if (x.stride(axis) < 0) {
                return whole(x.storage(), writes);
            }
            reach += (x.shape().dim(axis) - 1) * x.stride(axis);
        }
        long step = x.stride(first);
        return step < reach
                ? whole(x.storage(), writes)
                : new Use(
                        x.storage(),
                        writes,
                        true,
                        width * x.offset(),
                        width * step * x.shape().dim(first));
    }

    /** Whether all results are used by units. */
    static boolean cutsResults(Use... uses) {
        for (Use use : uses) {
            if (use.writes && !use.byUnit) {
                return false;
            }
        }
        return true;
    }

    /** The same of the whole memory. */
    Use ofAll() {
        return whole(storage, writes);
    }

    /** Whether it can not be made side by side with an earlier use, unit by unit. */
    boolean conflictsWith(Use earlier) {
        if (!(writes || earlier.writes) || !storage.equals(earlier.storage)) {
            return false;
        }
        boolean apart = byUnit
                && earlier.byUnit
                && (offset + bytes <= earlier.offset || earlier.offset + earlier.bytes <= offset);
        boolean same = byUnit && earlier.byUnit && offset == earlier.offset && bytes == earlier.bytes;
        return !apart && !same;
    }
}
