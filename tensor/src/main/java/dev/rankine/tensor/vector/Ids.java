package dev.rankine.tensor.vector;

import dev.rankine.tensor.IdOutOfRange;
import dev.rankine.tensor.Tensor;

/** The ids of an I64 tensor in row-major order, read where they lie: a copy for every operation would be garbage. */
record Ids(Tensor tensor, long address, int count) {
    /** @throws IdOutOfRange if one is not in [lowest, limit) */
    static Ids of(String operation, Tensor ids, long lowest, long limit) {
        Tensor row = ids.contiguous();
        Ids read = new Ids(
                row, Native.addressToRead(row), Math.toIntExact(row.shape().size()));
        for (int i = 0; i < read.count; i++) {
            if (read.get(i) < lowest || read.get(i) >= limit) {
                throw new IdOutOfRange(operation, ids, i, read.get(i), limit);
            }
        }
        return read;
    }

    long get(int i) {
        return Lanes.ALL.get(Lanes.LONG, address + Long.BYTES * (long) i);
    }
}
