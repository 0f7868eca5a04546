package dev.rankine.lora.inspect;

import com.sun.management.OperatingSystemMXBean;
import dev.rankine.tensor.HostMemory;
import java.lang.management.ManagementFactory;

/**
 * The memory that there is, in bytes.
 *
 * @param physical of the machine, or of the container
 * @param tensors the limit {@code -XX:MaxDirectMemorySize} of this JVM
 */
public record MachineMemory(long physical, long tensors) {
    /** Of this process. */
    public static MachineMemory here() {
        long physical =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return new MachineMemory(physical, HostMemory.limit());
    }

    /** For a line to the user. */
    public String describe() {
        return Bytes.text(physical) + ", of them " + Bytes.text(tensors)
                + " for tensors (-XX:MaxDirectMemorySize; RANKINE_DIRECT_MEMORY sets it)";
    }
}
