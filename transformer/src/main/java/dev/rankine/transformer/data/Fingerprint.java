package dev.rankine.transformer.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells data from other data: the start of the SHA-256 of all that is added. */
public final class Fingerprint {
    private static final int DIGITS = 16;

    private final MessageDigest digest;

    public Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    public Fingerprint add(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Numbers and how many there are, so that (1, 2), (3) differs from (1), (2, 3). */
    public Fingerprint add(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Long.BYTES, numbers.length + 1));
        bytes.putLong(numbers.length).asLongBuffer().put(numbers);
        digest.update(bytes.array());
        return this;
    }

    /** Sixteen digits. Ends what can be added. */
    public String end() {
        return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    }
}
