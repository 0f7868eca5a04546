package dev.rankine.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The bytes of one file, or of two: a text, a zero byte, and a safetensors file without the length that it begins with.
 * That is put in here: up to the next zero byte lies the header. So a mutation reaches what stands behind the length.
 */
record Input(byte[] content) {
    /** One file. */
    Path whole(Path file) throws IOException {
        return Files.write(file, content);
    }

    /** Two files; without a zero byte the second is missing. */
    void textAndTensors(Path text, Path tensors) throws IOException {
        int end = zero(0);
        Files.write(text, Arrays.copyOf(content, end));
        Files.deleteIfExists(tensors);
        if (end < content.length) {
            int header = end + 1;
            int data = zero(header);
            int behind = Math.min(data + 1, content.length);
            Files.write(
                    tensors,
                    ByteBuffer.allocate(Long.BYTES + data - header + content.length - behind)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(data - header)
                            .put(content, header, data - header)
                            .put(content, behind, content.length - behind)
                            .array());
        }
    }

    private int zero(int from) {
        int at = from;
        while (at < content.length && content[at] != 0) {
            at++;
        }
        return at;
    }

    /** The bytes that stand for a text file and a whole safetensors file. */
    static byte[] of(byte[] text, byte[] tensors) {
        int header = Math.toIntExact(
                ByteBuffer.wrap(tensors).order(ByteOrder.LITTLE_ENDIAN).getLong());
        return ByteBuffer.allocate(text.length + 2 + tensors.length - Long.BYTES)
                .put(text)
                .put((byte) 0)
                .put(tensors, Long.BYTES, header)
                .put((byte) 0)
                .put(tensors, Long.BYTES + header, tensors.length - Long.BYTES - header)
                .array();
    }
}
