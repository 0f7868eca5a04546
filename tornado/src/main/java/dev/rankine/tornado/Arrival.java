package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * When the host may write again to an array that is on its way to the device. CUDA has taken the bytes of memory that is not locked
 * when a transfer returns (<a href="https://docs.nvidia.com/cuda/cuda-driver-api/api-sync-behavior.html">its manual</a>). OpenCL
 * reads them whenever it likes; there a number that the kernel wrote comes back with the execution, which waits for it.
 */
enum Arrival {
    AT_ONCE,
    AWAITED;

    static Arrival on(TornadoDevice device) {
        return device.getTornadoVMBackend() == TornadoVMBackendType.CUDA ? AT_ONCE : AWAITED;
    }

    /** @param upload a graph of transfers and a kernel that writes to {@code done} */
    void end(TaskGraph upload, IntArray done) {
        if (this == AWAITED) {
            upload.transferToHost(DataTransferMode.EVERY_EXECUTION, done);
        }
    }
}
