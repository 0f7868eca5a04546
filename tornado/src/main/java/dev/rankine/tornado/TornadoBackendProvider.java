package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.BackendProvider;
import dev.rankine.tensor.Probe;
import java.util.List;

/**
 * Offers a back-end on each device that TornadoVM sees. What links TornadoVM is only touched where its modules are loaded,
 * and whatever it throws becomes a reason.
 */
public final class TornadoBackendProvider implements BackendProvider {
    static final String NAME = "tornado";
    private static final String MODULE = "tornado.runtime";
    private static final String LOADER = "tornado.load.api.implementation";
    private static final String HELP = "; docs/gpu.md tells how to install it";

    /**
     * Without the first TornadoVM runs as slow Java what it cannot compile, without the second whatever has many tasks; without
     * the third it refuses large arrays; without the fourth and fifth it waits for the device after every task on CUDA; without the
     * sixth it locks as much of the host's memory there as it takes of the device's. It reads them when its first class is loaded, so
     * only Java's command line is sure to be in time.
     */
    private static final List<String> NEEDED = List.of(
            "tornado.recover.bailout=False",
            "tornado.tvm.maxbytecodesize=1048576",
            "tornado.device.memory=64GB",
            "tornado.vmflush=False",
            LOADER + "=dev.rankine.tornado.UnawaitedGraph",
            "tornado.cuda.host.pinning=false");

    /**
     * PoCL takes over the signal of a division by zero, and steps over what it takes for the division: Java then goes on with a wrong
     * number, or in the middle of an instruction. Its environment variable prevents that, and means nothing to others.
     */
    private static final String SIGNALS = "POCL_SIGFPE_HANDLER";

    @Override
    public String name() {
        return NAME;
    }

    /** Below the vector back-end: nobody has measured yet that it is faster. */
    @Override
    public int priority() {
        return 50;
    }

    @Override
    public Probe probe() {
        return devices().getFirst().probe();
    }

    @Override
    public List<BackendProvider> devices() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty() || System.getProperty(LOADER) == null) {
            return off("TornadoVM is not loaded", "ask for it: --backend tornado; or see docs/gpu.md");
        }
        for (String needed : NEEDED) {
            String key = needed.substring(0, needed.indexOf('='));
            if (!needed.substring(key.length() + 1).equalsIgnoreCase(System.getProperty(key))) {
                return off("Java was started without -D" + needed, "start it by ./rankine, or with that flag");
            }
        }
        if (!"0".equals(System.getenv(SIGNALS))) {
            return off(
                    "PoCL would break Java's division by zero in this process",
                    "start it by ./rankine, or with " + SIGNALS + "=0 in the environment");
        }
        try {
            List<BackendProvider> found = Device.all().stream()
                    .<BackendProvider>map(device -> new OfDevice(device.name(), device.probe()))
                    .toList();
            return found.isEmpty() ? off("TornadoVM sees no device", "install a driver" + HELP) : found;
        } catch (Throwable failure) {
            return off(
                    "TornadoVM does not start: " + rootOf(failure),
                    "install the driver of its back-end, and for CUDA name the folder of libnvrtc in LD_LIBRARY_PATH"
                            + HELP);
        }
    }

    private static List<BackendProvider> off(String reason, String remedy) {
        return List.of(new OfDevice(NAME, new Probe.Unavailable(reason, remedy)));
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    @Override
    public Backend create(int threads) {
        return devices().getFirst().create(threads);
    }

    /** One device. The host's threads do not matter to it. */
    private record OfDevice(String name, Probe probe) implements BackendProvider {
        @Override
        public int priority() {
            return 50;
        }

        @Override
        public Backend create(int threads) {
            return Device.open(name);
        }
    }
}
