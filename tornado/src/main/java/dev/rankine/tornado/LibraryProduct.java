package dev.rankine.tornado;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;

/**
 * The one library task of a plan, which makes every product: its descriptor carries this object, and the library reads from it
 * which product is meant each time the task runs.
 */
final class LibraryProduct {
    /** The heap's place among the arguments of the task. */
    static final int HEAP = 0;

    private final String library;
    private final Precision precision;
    private @Nullable Gemm product;
    private @Nullable RuntimeException failure;

    /** @param library the name of the library of TornadoVM's library tasks that multiplies */
    LibraryProduct(String library, Precision precision) {
        this.library = library;
        this.precision = precision;
    }

    Plan.Body body(DeviceArrays arrays) {
        return (graph, task) -> addTo(graph, task, arrays);
    }

    private TaskGraph addTo(TaskGraph graph, String task, DeviceArrays arrays) {
        return graph.libraryTask(
                task,
                (heap, ints, program, numbers, slots) -> {
                    Object[] all = {heap, ints, program, numbers, slots};
                    Access[] accesses = new Access[all.length];
                    Arrays.fill(accesses, Access.READ_WRITE);
                    return new LibraryTaskDescriptor()
                            .withLibrary(library)
                            .withFunction("multiply")
                            .withParameters(all)
                            .withAccess(accesses)
                            .withTuning(this);
                },
                arrays.heap(),
                arrays.ints(),
                arrays.program(),
                arrays.numbers(),
                arrays.slots());
    }

    /** Makes a product by running a plan's graph that holds the task. */
    void run(Gemm next, Runnable graph) {
        product = next;
        try {
            graph.run();
        } catch (RuntimeException told) {
            throw failure == null ? told : new IllegalStateException(library + ": " + failure.getMessage(), failure);
        }
    }

    /** What a library does with a product. */
    interface Multiplication {
        void of(Gemm product, Precision precision);
    }

    /** In the library: does what is asked for. TornadoVM does not pass on why it failed, so that is kept. */
    void answer(Multiplication multiplication) {
        try {
            multiplication.of(Objects.requireNonNull(product), precision);
        } catch (RuntimeException reason) {
            failure = reason;
            throw reason;
        }
    }
}
