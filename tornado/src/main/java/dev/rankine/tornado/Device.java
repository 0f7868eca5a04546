package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoDeviceMap;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * A device that TornadoVM sees, and how it multiplies matrices.
 *
 * @param name to ask for it by, such as {@code tornado:opencl:0} or {@code tornado:cuda:0:tf32}
 * @param multiplies kernels of our own, or cuBLAS
 */
record Device(String name, TornadoDevice handle, Precision precision, Multiplies multiplies) {
    /** The environment variable that keeps CUDA graphs from being used, by {@code off}. */
    static final String GRAPHS = "RANKINE_DEVICE_GRAPHS";

    private static final double GIB = 1L << 30;

    /** What makes a device's products. */
    sealed interface Multiplies {
        /** Kernels, in F32. */
        record ByKernels(String why) implements Multiplies {}

        /** cuBLAS, in any precision. */
        record ByCuBlas() implements Multiplies {}
    }

    /** Every device of every TornadoVM back-end, in TornadoVM's order, in every precision that it might have. */
    static List<Device> all() {
        List<Device> devices = new ArrayList<>();
        for (var backend : new TornadoDeviceMap().getAllBackends()) {
            TornadoVMBackendType type = backend.getBackendType();
            String prefix = TornadoBackendProvider.NAME + ":" + type.name().toLowerCase(Locale.ROOT) + ":";
            boolean cuda = type == TornadoVMBackendType.CUDA;
            Multiplies multiplies = cuda ? cuBlas() : new Multiplies.ByKernels("");
            for (TornadoDevice handle : backend.getAllDevices()) {
                String name = prefix + backend.getAllDevices().indexOf(handle);
                for (Precision precision : Precision.values()) {
                    if (cuda || precision == Precision.FP32) {
                        devices.add(new Device(precision.of(name), handle, precision, multiplies));
                    }
                }
            }
        }
        return devices;
    }

    private static Multiplies cuBlas() {
        try {
            CuBlas.load();
            return new Multiplies.ByCuBlas();
        } catch (IllegalArgumentException missing) {
            return new Multiplies.ByKernels(
                    Objects.requireNonNullElse(missing.getMessage(), "cuBLAS cannot be loaded"));
        }
    }

    /** Whether it can be used: what is less exact than F32 needs cuBLAS. */
    Probe probe() {
        if (precision != Precision.FP32 && multiplies instanceof Multiplies.ByKernels(String why)) {
            return new Probe.Unavailable(why, "add the folder of CUDA's libcublas to LD_LIBRARY_PATH");
        }
        return new Probe.Ready(description());
    }

    /** What it is, for people. */
    String description() {
        String products = switch (multiplies) {
            case Multiplies.ByCuBlas _ -> ", " + precision + " products by cuBLAS";
            case Multiplies.ByKernels(String why) -> why.isEmpty() ? "" : ", products by kernels (" + why + ")";
        };
        return handle.getPhysicalDevice().getDeviceName().strip() + ", "
                + handle.getDeviceType().name().toLowerCase(Locale.ROOT)
                + String.format(Locale.ROOT, ", %.1f GiB", handle.getMaxGlobalMemory() / GIB)
                + products;
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
        LibraryProduct library = device.multiplies() instanceof Multiplies.ByCuBlas
                ? new LibraryProduct(CudaProducts.NAME, device.precision())
                : null;
        return new TornadoBackend(device, memory, library, device::graphs);
    }

    private @Nullable Graphs graphs(long plan) {
        boolean on = !"off".equalsIgnoreCase(System.getenv(GRAPHS));
        return on && handle instanceof TornadoXPUDevice xpu && xpu.supportsExecutionGraphs()
                ? new CudaGraphs(xpu, plan)
                : null;
    }
}
