package dev.rankine.tensor.safetensors;

import java.nio.ByteOrder;

/** Files begin a number with its lowest byte and are used in place: so must the machine. */
final class ByteOrders {
    private ByteOrders() {}

    /** @throws IllegalStateException if a machine of this order would read other numbers */
    static void requireThatOfFiles(ByteOrder machine) {
        if (!machine.equals(ByteOrder.LITTLE_ENDIAN)) {
            throw new IllegalStateException("this machine begins a number with its highest byte (" + machine
                    + "); safetensors files begin it with the lowest and are used in place: take a little-endian machine, such"
                    + " as x86-64 or AArch64");
        }
    }
}
