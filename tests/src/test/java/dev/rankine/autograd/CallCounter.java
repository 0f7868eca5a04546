package dev.rankine.autograd;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A back-end, watched: which of its methods were called with tensors of how many elements. */
public final class CallCounter {
    private final List<String> calls = new ArrayList<>();
    private long largest;

    private final Backend backend;

    public CallCounter(Backend watched) {
        backend = (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    calls.add(method.getName());
                    for (Object argument : arguments == null ? new Object[0] : arguments) {
                        largest = Math.max(
                                largest,
                                argument instanceof Tensor tensor
                                        ? tensor.shape().size()
                                        : 0);
                    }
                    try {
                        return method.invoke(watched, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    public Backend backend() {
        return backend;
    }

    /** The methods that were called. */
    public Set<String> names() {
        return new TreeSet<>(calls);
    }

    void reset() {
        calls.clear();
        largest = 0;
    }

    long count(String... methods) {
        return calls.stream().filter(Arrays.asList(methods)::contains).count();
    }

    /** Elements of the largest tensor that a call had to do with. */
    long largest() {
        return largest;
    }
}
