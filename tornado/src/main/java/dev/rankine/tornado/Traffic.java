package dev.rankine.tornado;

/**
 * What a back-end has done since it was made.
 *
 * @param launches kernels started
 * @param told launches of which the device had to be told, since they did not follow a recorded path
 * @param bytesUp bytes of tensors that went to the device
 * @param bytesDown bytes of tensors that came back
 * @param kernels kernels compiled
 * @param compileSeconds what that took
 */
public record Traffic(long launches, long told, long bytesUp, long bytesDown, int kernels, double compileSeconds) {
    /** What was done since an earlier moment. */
    public Traffic since(Traffic earlier) {
        return new Traffic(
                launches - earlier.launches,
                told - earlier.told,
                bytesUp - earlier.bytesUp,
                bytesDown - earlier.bytesDown,
                kernels - earlier.kernels,
                compileSeconds - earlier.compileSeconds);
    }
}
