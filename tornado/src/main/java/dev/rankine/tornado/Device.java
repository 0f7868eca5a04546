package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import uk.ac.manchester.tornado.api.TornadoDeviceMap;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * A device that TornadoVM sees.
 *
 * @param name to ask for it by, such as {@code tornado:opencl:0}
 */
record Device(String name, TornadoDevice handle) {
    private static final double GIB = 1L << 30;

    /** Every device of every TornadoVM back-end, in TornadoVM's order. */
    static List<Device> all() {
        List<Device> devices = new ArrayList<>();
        for (var backend : new TornadoDeviceMap().getAllBackends()) {
            String prefix = TornadoBackendProvider.NAME + ":"
                    + backend.getBackendType().name().toLowerCase(Locale.ROOT) + ":";
            for (TornadoDevice handle : backend.getAllDevices()) {
                devices.add(new Device(prefix + backend.getAllDevices().indexOf(handle), handle));
            }
        }
        return devices;
    }

    /** What it is, for people. */
    String description() {
        return handle.getPhysicalDevice().getDeviceName().strip() + ", "
                + handle.getDeviceType().name().toLowerCase(Locale.ROOT)
                + String.format(Locale.ROOT, ", %.1f GiB", handle.getMaxGlobalMemory() / GIB);
    }

    /** A back-end on the device of a name. */
    static Backend open(String name) {
        Device device = all().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the device " + name + " has gone"));
        String wanted = Objects.requireNonNullElse(System.getenv(Memory.VARIABLE), "");
        Memory memory =
                Memory.of(device.handle().getMaxGlobalMemory(), device.handle().getMaxAllocMemory(), wanted);
        return new TornadoBackend(device, memory);
    }
}
