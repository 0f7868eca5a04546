package dev.rankine.tornado;

import java.util.Locale;

/**
 * How exactly a device multiplies matrices. Sums are F32 always, and so is everything but products. What is less exact than F32
 * is a device of its own, with its name behind the device's: nobody gets it unasked.
 */
enum Precision {
    /** Operands as they are. */
    FP32(68),
    /** Operands rounded to 10 bits of fraction. */
    TF32(77),
    /** Operands rounded to 7 bits of fraction. */
    BF16(75);

    private final int computeType;

    Precision(int computeType) {
        this.computeType = computeType;
    }

    /** cuBLAS' number for it: CUBLAS_COMPUTE_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUBLAS_COMPUTE_32F_FAST_16BF. */
    int computeType() {
        return computeType;
    }

    /** The name of a device that multiplies so. */
    String of(String device) {
        return this == FP32 ? device : device + ":" + name().toLowerCase(Locale.ROOT);
    }
}
