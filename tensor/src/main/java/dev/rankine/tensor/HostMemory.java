package dev.rankine.tensor;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Memory off the Java heap, where tensors of this process lie, and what caches may take of it; in bytes. */
public final class HostMemory {
    /** System property: MiB that caches may take; 0 does without them. */
    public static final String CACHES = "rankine.cache.mib";

    private static final long CACHES_SHARE = 8;
    private static final long MIB = 1 << 20;

    private HostMemory() {}

    /** The limit {@code -XX:MaxDirectMemorySize} of this JVM. */
    public static long limit() {
        HotSpotDiagnosticMXBean options =
                Objects.requireNonNull(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class));
        long given = Long.parseLong(options.getVMOption("MaxDirectMemorySize").getValue());
        // without the option the JVM takes the limit of the heap
        return given > 0 ? given : Runtime.getRuntime().maxMemory();
    }

    /**
     * What caches may take together: the property {@value #CACHES}, which is looked at now, or else an eighth of the limit,
     * which takes the JVM some milliseconds to tell and is asked for when the number is.
     *
     * @throws IllegalArgumentException if the property is no whole number of MiB
     */
    public static LongSupplier caches() {
        return caches(System.getProperty(CACHES));
    }

    static LongSupplier caches(@Nullable String given) {
        if (given == null) {
            return () -> limit() / CACHES_SHARE;
        }
        if (!given.matches("\\d{1,9}")) {
            throw new IllegalArgumentException(
                    "-D" + CACHES + "=" + given + ": caches take a whole number of MiB, such as 512, or 0 for none");
        }
        long bytes = Long.parseLong(given) * MIB;
        return () -> bytes;
    }
}
