package dev.rankine.tensor;

/** Says of the GPU back-end, where it was not built, why it is missing. */
final class NotInThisBuild implements BackendProvider {
    static final String NAME = "tornado";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int priority() {
        return 50;
    }

    @Override
    public Probe probe() {
        return new Probe.Unavailable(
                "GPUs: no TornadoVM SDK was found when this was built", "install one, see docs/gpu.md");
    }

    @Override
    public Backend create(int threads) {
        throw new IllegalStateException(NAME + " is not part of this build");
    }
}
