package dev.rankine.tensor;

/**
 * What a back-end has compiled since it was made. A device compiles a kernel when it first uses it.
 *
 * @param kernels how many
 * @param seconds what that took
 */
public record Compilation(int kernels, double seconds) {
    /** Of a back-end that was compiled before. */
    public static final Compilation NONE = new Compilation(0, 0);
}
