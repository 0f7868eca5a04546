package dev.rankine.tensor.vector;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.BackendProvider;
import dev.rankine.tensor.Probe;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/**
 * Offers {@link VectorBackend} where the Vector API is loaded and the JIT compiler turns it into vector instructions.
 * Without that it would still be right, but hundreds of times slower than plain loops.
 */
public final class VectorBackendProvider implements BackendProvider {
    static final String NAME = "vector";
    private static final String MODULE = "jdk.incubator.vector";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public Probe probe() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return new Probe.Unavailable(
                    "the module " + MODULE + " is not loaded",
                    "start Java with --add-modules " + MODULE + " (./rankine does)");
        }
        String mode = System.getProperty("java.vm.info", "").toLowerCase(Locale.ROOT);
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return new Probe.Unavailable(
                    "the C2 compiler is off (" + mode + ")", "start Java without -Xint and -XX:TieredStopAtLevel");
        }
        if (isCompiledByJvmci()) {
            return new Probe.Unavailable(
                    "a JVMCI compiler replaces C2", "start Java with -XX:-UseJVMCICompiler, or use an OpenJDK build");
        }
        return new Probe.Ready(Lanes.width());
    }

    /** Looks at the option only where the virtual machine has such a compiler: management classes are slow to load. */
    private static boolean isCompiledByJvmci() {
        if (!System.getProperty("java.vm.version", "").contains("jvmci")) {
            return false;
        }
        HotSpotDiagnosticMXBean options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return options != null
                && Boolean.parseBoolean(options.getVMOption("UseJVMCICompiler").getValue());
    }

    /** Until its kernels are compiled they are some fifty times slower or worse. */
    @Override
    public List<Runnable> warmUps() {
        return List.of(WarmUp::ofProducts, WarmUp::ofPasses);
    }

    @Override
    public Backend create(int threads) {
        return new VectorBackend(threads);
    }
}
