package dev.rankine.tensor.vector;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What an operation of the vector back-end asks of its operands before any kernel runs. */
final class Operands {
    private Operands() {}

    /** Says no where one of them is not F32; null stands for an operand that is not there. */
    static void reads(String operation, @Nullable Tensor... operands) {
        for (Tensor operand : operands) {
            if (operand != null && operand.dtype() != DType.F32) {
                throw new IllegalArgumentException(operation + ": the vector back-end computes in F32, got " + operand
                        + "; use the reference back-end for F64, or copy to F32 first");
            }
        }
    }

    /** The same for results, which are about to be written. */
    static void writes(String operation, Tensor... results) {
        reads(operation, results);
        requireWritable(operation, results);
    }

    /**
     * Says that these are about to be written. Kernels go by addresses: writing to a mapped file that is read-only would end
     * the virtual machine.
     */
    static void requireWritable(String operation, Tensor... results) {
        for (Tensor result : results) {
            result.storage().written();
            if (result.storage().isReadOnly()) {
                throw new IllegalArgumentException(
                        operation + ": " + result + " lies in memory that is read-only; make a copy with clone first");
            }
        }
    }
}
