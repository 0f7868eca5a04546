package dev.rankine.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A back-end for one test. One on a device compiles its kernels, which takes seconds: so each device is opened once for all
 * tests, and stays open.
 */
public record Lent(Backend backend, boolean isShared) implements AutoCloseable {
    private static final Map<String, Backend> DEVICES = new ConcurrentHashMap<>();

    /** A back-end of its own, or the device that all share. */
    public static Lent from(BackendProvider provider, int threads) {
        return isDevice(provider)
                ? new Lent(DEVICES.computeIfAbsent(provider.name(), name -> provider.create(threads)), true)
                : new Lent(provider.create(threads), false);
    }

    /** Whether it computes on a device, such as {@code tornado:opencl:0}. */
    static boolean isDevice(BackendProvider provider) {
        return provider.name().contains(":");
    }

    /** Whether it computes everything in F32, unlike {@code tornado:cuda:0:tf32}. */
    public static boolean isExact(BackendProvider provider) {
        return provider.name().split(":").length < 4;
    }

    @Override
    public void close() {
        if (!isShared) {
            backend.close();
        }
    }
}
