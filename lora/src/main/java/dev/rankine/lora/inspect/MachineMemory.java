package dev.rankine.lora.inspect;

import com.sun.management.OperatingSystemMXBean;
import dev.rankine.tensor.HostMemory;
import java.lang.management.ManagementFactory;

/**
 * The memory that there is, in bytes.
 *
 * @param physical of the machine, or of the container
 * @param tensors the limit {@code -XX:MaxDirectMemorySize} of this JVM
 * @param caches what caches may take of that
 */
public record MachineMemory(long physical, long tensors, long caches) {
    /** Of this process. */
    public static MachineMemory here() {
        long physical =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return new MachineMemory(
                physical, HostMemory.limit(), HostMemory.caches().getAsLong());
    }

    /** For a line to the user. */
    public String describe() {
        return Bytes.text(physical) + ", of them " + Bytes.text(tensors)
                + " for tensors (-XX:MaxDirectMemorySize; RANKINE_DIRECT_MEMORY sets it), of these up to "
                + Bytes.text(caches) + " for weights kept packed (-D" + HostMemory.CACHES + ")";
    }
}
