package dev.rankine.tensor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A back-end that says it were a device, and computes as it does. */
public final class AsDevice {
    private AsDevice() {}

    public static Backend over(Backend backend) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("isDevice")) {
                        return true;
                    }
                    try {
                        return method.invoke(backend, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
