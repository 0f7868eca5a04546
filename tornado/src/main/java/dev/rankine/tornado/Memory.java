package dev.rankine.tornado;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much of a device's memory a run takes, all at once when it begins.
 *
 * @param floats elements for tensors
 * @param ints for I64 tensors, two of them for a number
 */
record Memory(int floats, int ints) {
    /** Says how much instead, such as {@code 6g}; at most 8 GiB, since elements are counted by ints. */
    static final String VARIABLE = "RANKINE_DEVICE_MEMORY";

    private static final int MOST_FLOATS = Integer.MAX_VALUE - 1024;
    private static final int INTS = 1 << 24;
    private static final long BYTES = 4;
    private static final Pattern SIZE = Pattern.compile("([0-9]+)([kmg])b?");

    /** What the user says, or three quarters of what the device has, as far as one allocation and one array reach. */
    static Memory of(long global, long largestAllocation, String wanted) {
        long bytes = wanted.isBlank() ? Math.min(global / 4 * 3, largestAllocation) : parse(wanted);
        return new Memory((int) Math.min(MOST_FLOATS, bytes / BYTES), INTS);
    }

    private static long parse(String wanted) {
        Matcher size = SIZE.matcher(wanted.toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new IllegalArgumentException(VARIABLE + "=" + wanted + " is no size: say for example 6g or 900m");
        }
        int shift = switch (size.group(2)) {
            case "k" -> 10;
            case "m" -> 20;
            default -> 30;
        };
        return Long.parseLong(size.group(1)) << shift;
    }
}
