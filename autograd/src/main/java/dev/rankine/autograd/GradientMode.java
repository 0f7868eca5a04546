package dev.rankine.autograd;

/** Whether operations on this thread remember how to go back. On by default; evaluation turns it off. */
public final class GradientMode {
    private static final ThreadLocal<Boolean> ENABLED = ThreadLocal.withInitial(() -> true);

    private GradientMode() {}

    static boolean enabled() {
        return ENABLED.get();
    }

    /** Turns gradients off until the returned guard closes: {@code try (var off = GradientMode.noGrad()) { ... }}. */
    public static Guard noGrad() {
        boolean before = ENABLED.get();
        ENABLED.set(false);
        return () -> ENABLED.set(before);
    }

    /** Restores the mode that was in force before. */
    public interface Guard extends AutoCloseable {
        @Override
        void close();
    }
}
