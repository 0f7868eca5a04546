package dev.rankine.tornado;

import uk.ac.manchester.tornado.runtime.tasks.TornadoTaskGraph;

/**
 * A task graph whose execution returns while the device is still at work. TornadoVM ends every execution in {@link #waitOn}, which on
 * CUDA waits for the stream: that would make the host wait at each launch, and end a capture. Nothing is lost: whatever brings numbers
 * back, or overwrites what is on its way to the device, ends in a transfer that blocks ({@link Stages}, {@link Engine}).
 *
 * <p>TornadoVM makes task graphs of the class that the property {@code tornado.load.api.implementation} names.
 */
public final class UnawaitedGraph extends TornadoTaskGraph {
    /** As TornadoVM's own, which it is made like. */
    public UnawaitedGraph(String name) {
        super(name);
    }

    /** This graph itself: TornadoVM's own would be a copy that waits, and nobody changes ours after that. */
    @Override
    public TornadoTaskGraph createImmutableTaskGraph() {
        return this;
    }

    @Override
    public void waitOn() {}
}
