package dev.rankine.transformer.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads files with one pair in a line: source, tab, target, in UTF-8. Lines end with LF or CRLF; a byte order mark at
 * the start is skipped. Anything else that is not a pair is an error that names the line.
 */
public final class TsvPairs {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final Path file;
    private final byte[] bytes;

    private TsvPairs(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * Every pair of a file.
     *
     * @throws DataException if the file is missing, empty or has a line that is no pair
     */
    public static List<TextPair> read(Path file) {
        return read(file, Integer.MAX_VALUE);
    }

    /**
     * The first pairs of a file; lines behind them are not looked at.
     *
     * @param limit how many pairs at most, at least 1
     * @throws DataException if the file is missing, empty or has a line that is no pair
     */
    public static List<TextPair> read(Path file, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit of pairs must be at least 1, got " + limit);
        }
        try {
            return new TsvPairs(file, Files.readAllBytes(file)).pairs(limit);
        } catch (NoSuchFileException missing) {
            throw DataException.in(file, "there is no such file");
        } catch (IOException unreadable) {
            throw DataException.in(file, "cannot be read (" + unreadable + ")");
        }
    }

    private List<TextPair> pairs(int limit) {
        int from = startsWithMark() ? BYTE_ORDER_MARK.length : 0;
        if (from == bytes.length) {
            throw DataException.in(file, "the file is empty; expected lines of source, tab, target");
        }
        List<TextPair> pairs = new ArrayList<>();
        while (from < bytes.length && pairs.size() < limit) {
            int end = from;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            pairs.add(pair(line(from, end, pairs.size() + 1L), pairs.size() + 1L));
            from = end + 1;
        }
        return pairs;
    }

    private boolean startsWithMark() {
        for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
            if (i == bytes.length || bytes[i] != BYTE_ORDER_MARK[i]) {
                return false;
            }
        }
        return true;
    }

    private String line(int from, int end, long number) {
        int length = end - from - (end > from && bytes[end - 1] == '\r' ? 1 : 0);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, length))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw DataException.in(file, number, "not UTF-8; convert the file first");
        }
    }

    private TextPair pair(String line, long number) {
        int tab = line.indexOf('\t');
        if (tab < 0) {
            String problem = line.isEmpty() ? "empty" : "no tab";
            throw DataException.in(file, number, problem + "; expected source, tab, target");
        }
        if (line.indexOf('\t', tab + 1) >= 0) {
            long columns = line.chars().filter(c -> c == '\t').count() + 1;
            throw DataException.in(file, number, columns + " columns; expected two: source, tab, target");
        }
        if (tab == 0 || tab == line.length() - 1) {
            throw DataException.in(file, number, (tab == 0 ? "the source" : "the target") + " is empty");
        }
        return new TextPair(line.substring(0, tab), line.substring(tab + 1));
    }
}
