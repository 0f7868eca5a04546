package dev.rankine.tornado;

/**
 * What a back-end has done since it was made.
 *
 * @param launches kernels asked for
 * @param starts what the host started of kernels, many of which may be one graph, and of a library's products
 * @param told launches of which the device had to be told, since they did not follow a recorded path
 * @param bytesUp bytes of tensors that went to the device
 * @param bytesDown bytes of tensors that came back
 * @param kernels kernels compiled
 * @param compileSeconds what that took
 */
public record Traffic(
        long launches, long starts, long told, long bytesUp, long bytesDown, int kernels, double compileSeconds) {
    /** What was done since an earlier moment. */
    public Traffic since(Traffic earlier) {
        return new Traffic(
                launches - earlier.launches,
                starts - earlier.starts,
                told - earlier.told,
                bytesUp - earlier.bytesUp,
                bytesDown - earlier.bytesDown,
                kernels - earlier.kernels,
                compileSeconds - earlier.compileSeconds);
    }
}
