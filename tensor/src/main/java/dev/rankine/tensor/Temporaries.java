package dev.rankine.tensor;

/** Memory that an operation needs only while it runs. */
public final class Temporaries {
    private Temporaries() {}

    /** Gives temporaries back before the end of the step, which may hold those of many layers. */
    public static void release(Tensor... temporaries) {
        for (Tensor temporary : temporaries) {
            temporary.storage().hold();
            temporary.storage().releaseHold();
        }
    }
}
