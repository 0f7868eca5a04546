package dev.rankine.transformer.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * The lines of a file in UTF-8, one after the other. They end with LF or CRLF; a byte order mark at the start is skipped.
 * A line that is not UTF-8 is an error when it is reached.
 */
final class Lines implements Iterator<String> {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final Path file;
    private final byte[] bytes;
    private int from;
    private long number;

    private Lines(Path file, byte[] bytes, int from) {
        this.file = file;
        this.bytes = bytes;
        this.from = from;
    }

    /**
     * @param expected what the file should hold, for the message if it is empty
     * @throws DataException if the file is missing or empty
     */
    static Lines of(Path file, String expected) {
        byte[] bytes = bytes(file);
        int from = startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        if (from == bytes.length) {
            throw DataException.in(file, "the file is empty; expected " + expected);
        }
        return new Lines(file, bytes, from);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw DataException.in(file, "there is no such file");
        } catch (IOException unreadable) {
            throw DataException.in(file, "cannot be read (" + unreadable + ")");
        }
    }

    private static boolean startsWithMark(byte[] bytes) {
        for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
            if (i == bytes.length || bytes[i] != BYTE_ORDER_MARK[i]) {
                return false;
            }
        }
        return true;
    }

    /** Of the line that was given last, from 1 on. */
    long number() {
        return number;
    }

    @Override
    public boolean hasNext() {
        return from < bytes.length;
    }

    @Override
    public String next() {
        int end = from;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        number++;
        int length = end - from - (end > from && bytes[end - 1] == '\r' ? 1 : 0);
        ByteBuffer line = ByteBuffer.wrap(bytes, from, length);
        from = end + 1;
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(line).toString();
        } catch (CharacterCodingException malformed) {
            throw DataException.in(file, number, "not UTF-8; convert the file first");
        }
    }

    /** What is left, decoded at once. */
    String rest() {
        ByteBuffer rest = ByteBuffer.wrap(bytes, from, bytes.length - from);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(rest).toString();
        } catch (CharacterCodingException malformed) {
            while (hasNext()) {
                next();
            }
            throw DataException.in(file, "not UTF-8; convert the file first");
        }
    }
}
