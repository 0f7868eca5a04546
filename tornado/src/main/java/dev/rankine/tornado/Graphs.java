package dev.rankine.tornado;

/**
 * What makes one thing of many launches, such as a CUDA graph: between {@link #begin} and {@link #end} launches are kept instead
 * of made.
 */
interface Graphs {
    void begin();

    /** Keeps a launch; where the device itself does so, by making it. */
    default void keep(Runnable launch) {
        launch.run();
    }

    /** A graph of all launches since the beginning, none of which has been made. */
    long end();

    /** Makes the launches of a graph, after all that was launched before; returns before they are done. */
    void start(long graph);

    void destroy(long graph);
}
