package dev.rankine.cli.bench;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Stands in front of an object and tells an observer of every call, those of default methods too. */
final class Watched {
    /** Is told of calls by the method's name. */
    interface Observer {
        void begins(String call);

        void ended(String call, Object[] arguments);
    }

    private static final Object[] NONE = {};

    private Watched() {}

    /** {@code inner} as a {@code type} whose calls the observer sees. */
    static <T> T as(Class<T> type, T inner, Observer observer) {
        InvocationHandler handler = (proxy, method, given) -> {
            Object[] arguments = given == null ? NONE : given;
            observer.begins(method.getName());
            try {
                return method.invoke(inner, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getTargetException();
            } finally {
                observer.ended(method.getName(), arguments);
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
