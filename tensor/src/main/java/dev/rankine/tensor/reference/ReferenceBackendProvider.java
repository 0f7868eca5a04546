package dev.rankine.tensor.reference;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.BackendProvider;
import dev.rankine.tensor.Probe;

/** Offers {@link ReferenceBackend}, which runs everywhere and is preferred to nothing. */
public final class ReferenceBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return ReferenceBackend.NAME;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Probe probe() {
        return new Probe.Ready(ReferenceBackend.DESCRIPTION);
    }

    /** One thread whatever is asked: the specification has one order of additions. */
    @Override
    public Backend create(int threads) {
        return new ReferenceBackend();
    }
}
