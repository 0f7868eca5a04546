package dev.rankine.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The bytes of one file, or of several: texts with a zero byte behind each, an empty one for a file that is missing. The last may be a
 * safetensors file without the length that it begins with. That is put in here: up to the next zero byte lies the header. So a
 * mutation reaches what stands behind the length.
 */
record Input(byte[] content) {
    private static final String TENSORS = ".safetensors";

    /** One file. */
    Path whole(Path file) throws IOException {
        return Files.write(file, content);
    }

    /** What stands behind the first byte, which tells how to read it; a space if there is none. */
    Input rest() {
        return new Input(Arrays.copyOfRange(content, Math.min(1, content.length), content.length));
    }

    char first() {
        return content.length == 0 ? ' ' : (char) content[0];
    }

    /** Several files. */
    void files(Path folder, String... names) throws IOException {
        int from = 0;
        for (String name : names) {
            Path file = folder.resolve(name);
            if (name.endsWith(TENSORS) && from < content.length) {
                tensors(file, from);
                from = content.length;
            } else {
                int end = zero(from);
                Files.deleteIfExists(file);
                if (end > from) {
                    Files.write(file, Arrays.copyOfRange(content, from, end));
                }
                from = Math.min(end + 1, content.length);
            }
        }
    }

    private void tensors(Path file, int header) throws IOException {
        int data = zero(header);
        int behind = Math.min(data + 1, content.length);
        Files.write(
                file,
                ByteBuffer.allocate(Long.BYTES + data - header + content.length - behind)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(data - header)
                        .put(content, header, data - header)
                        .put(content, behind, content.length - behind)
                        .array());
    }

    private int zero(int from) {
        int at = from;
        while (at < content.length && content[at] != 0) {
            at++;
        }
        return at;
    }

    /** The bytes that stand for these files; a missing one is left empty. */
    static byte[] of(Path folder, String... names) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (String name : names) {
            Path file = folder.resolve(name);
            byte[] own = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
            if (name.endsWith(TENSORS)) {
                int header = Math.toIntExact(
                        ByteBuffer.wrap(own).order(ByteOrder.LITTLE_ENDIAN).getLong());
                bytes.write(own, Long.BYTES, header);
                bytes.write(0);
                bytes.write(own, Long.BYTES + header, own.length - Long.BYTES - header);
            } else {
                bytes.write(own);
                bytes.write(0);
            }
        }
        return bytes.toByteArray();
    }
}
