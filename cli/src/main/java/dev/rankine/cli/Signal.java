package dev.rankine.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * A signal of the operating system, through {@code sun.misc.Signal}: shutdown hooks do not hear a second one. By reflection,
 * since the compiler warns of every use of that class and can be told not to by no option.
 *
 * @param name without SIG
 * @param number as in exit codes
 */
record Signal(String name, int number) {
    /**
     * From now on a signal of this kind runs an action, on a thread of its own.
     *
     * @return what handled it before, for {@link #restore}
     */
    Object handle(Runnable action) {
        return install((proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
            default -> "handler of SIG" + name;
        });
    }

    void restore(Object before) {
        try {
            install(handlerType(), before);
        } catch (ReflectiveOperationException failure) {
            throw unusable(failure);
        }
    }

    private Object install(InvocationHandler handler) {
        try {
            Class<?> type = handlerType();
            return install(type, Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
        } catch (ReflectiveOperationException failure) {
            throw unusable(failure);
        }
    }

    private Object install(Class<?> handlerType, Object handler) throws ReflectiveOperationException {
        Class<?> type = Class.forName("sun.misc.Signal");
        return type.getMethod("handle", type, handlerType)
                .invoke(null, type.getConstructor(String.class).newInstance(name), handler);
    }

    private static Class<?> handlerType() throws ClassNotFoundException {
        return Class.forName("sun.misc.SignalHandler");
    }

    private IllegalStateException unusable(ReflectiveOperationException failure) {
        return new IllegalStateException(
                "SIG" + name + " cannot be handled: start the JVM with its module jdk.unsupported and without -Xrs",
                failure);
    }
}
