package dev.rankine.tensor.safetensors;

import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.files.Whole;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes safetensors files, byte for byte as the original library does for the same tensors: wide types first, then by
 * name, without gaps, behind a header that is padded to 8 bytes.
 */
public final class SafetensorsWriter {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Of the original library: the types in reverse, then the bytes of the name. */
    private static final Comparator<Entry> ORDER = Comparator.comparing(Entry::type)
            .reversed()
            .thenComparing(entry -> entry.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private static final int LARGEST_WRITE = 1 << 24;

    private SafetensorsWriter() {}

    /**
     * Writes tensors in their own types. At any moment the path holds the old content or the new one, see {@link Whole}.
     *
     * @param metadata strings for the header; none are written if it is empty
     * @throws IllegalArgumentException if a tensor has the name {@code __metadata__}
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Entry> entries = layOut(tensors);
        byte[] header = header(entries, metadata);
        Whole.file(path, aside -> {
            try (FileChannel channel =
                    FileChannel.open(aside, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                writeAll(channel, length(header.length));
                writeAll(channel, ByteBuffer.wrap(header));
                for (Entry entry : entries) {
                    writeElements(channel, Objects.requireNonNull(tensors.get(entry.name())));
                }
            }
        });
    }

    private static List<Entry> layOut(Map<String, Tensor> tensors) {
        List<Entry> entries = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            if (name.equals(Header.METADATA)) {
                throw new IllegalArgumentException("a tensor cannot have the name " + Header.METADATA);
            }
            tensor.checkAlive("SafetensorsWriter.write of '" + name + "'");
            entries.add(new Entry(name, StoredType.of(tensor.dtype()), tensor.shape(), 0, 0));
        });
        entries.sort(ORDER);
        long end = 0;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            long begin = end;
            end = Math.addExact(begin, entry.shape().size() * entry.type().bits() / Byte.SIZE);
            entries.set(i, new Entry(entry.name(), entry.type(), entry.shape(), begin, end));
        }
        return entries;
    }

    private static byte[] header(List<Entry> entries, Map<String, String> metadata) {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode strings = root.putObject(Header.METADATA);
            new TreeMap<>(metadata).forEach(strings::put);
        }
        for (Entry entry : entries) {
            ObjectNode fields = root.putObject(entry.name());
            fields.put(Header.DTYPE, entry.type().name());
            Arrays.stream(entry.shape().toArray()).forEach(fields.putArray(Header.SHAPE)::add);
            fields.putArray(Header.OFFSETS).add(entry.begin()).add(entry.end());
        }
        byte[] json = JSON.writeValueAsBytes(root);
        int padded = (json.length + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        byte[] header = Arrays.copyOf(json, padded);
        Arrays.fill(header, json.length, padded, (byte) ' ');
        return header;
    }

    private static ByteBuffer length(long bytes) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes)
                .flip();
    }

    private static void writeElements(FileChannel channel, Tensor tensor) throws IOException {
        ByteOrders.requireThatOfFiles(ByteOrder.nativeOrder());
        Tensor dense = tensor.contiguous();
        long size = dense.dtype().bytes();
        MemorySegment bytes = dense.storage().host();
        long at = dense.offset() * size;
        long end = at + dense.shape().size() * size;
        while (at < end) {
            long part = Math.min(LARGEST_WRITE, end - at);
            writeAll(channel, bytes.asSlice(at, part).asByteBuffer());
            at += part;
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
