package dev.rankine.lora.inspect;

import java.util.Locale;

/** Amounts of memory as text. */
public final class Bytes {
    private static final int UNIT = 1024;
    private static final String[] NAMES = {"bytes", "KiB", "MiB", "GiB", "TiB"};

    private Bytes() {}

    /** Such as {@code 252.4 KiB}. */
    public static String text(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= UNIT && unit + 1 < NAMES.length) {
            amount /= UNIT;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", amount, NAMES[unit]);
    }
}
