package dev.rankine.tensor.safetensors;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file, mapped for reading. Its tensors are views of the mapped file: they cost no memory of their own,
 * must not be written to, and live as long as they are referenced. Nobody closes anything.
 *
 * <pre>{@code
 * Safetensors file = Safetensors.open(Path.of("model.safetensors"));
 * for (String name : file.names()) {
 *     System.out.println(name + " " + file.tensor(name, backend));
 * }
 * }</pre>
 */
public final class Safetensors {
    /** The limit of the original library, so that a corrupt length asks for no absurd allocation. */
    static final long LARGEST_HEADER = 100_000_000;

    private final Path path;
    private final Header header;
    private final Map<String, Storage> storages;

    private Safetensors(Path path, Header header, Map<String, Storage> storages) {
        this.path = path;
        this.header = header;
        this.storages = storages;
    }

    /**
     * Maps a file and checks its whole header.
     *
     * @throws SafetensorsException if the content is not what the format says
     * @throws IOException if the file cannot be read
     */
    public static Safetensors open(Path path) throws IOException {
        ByteOrders.requireThatOfFiles(ByteOrder.nativeOrder());
        if (Files.isDirectory(path)) {
            throw new SafetensorsException(path, "is a folder, expected a file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            long length = headerLength(path, channel, size);
            String json = decode(path, read(path, channel, Long.BYTES, Math.toIntExact(length)));
            long dataStart = Long.BYTES + length;
            Header header = Header.parse(path, json, size - dataStart);
            MemorySegment data = channel.map(MapMode.READ_ONLY, dataStart, size - dataStart, Arena.ofAuto());
            return new Safetensors(path, header, storages(header, data));
        } catch (NoSuchFileException missing) {
            throw new SafetensorsException(path, "there is no such file", missing);
        }
    }

    private static long headerLength(Path path, FileChannel channel, long size) throws IOException {
        if (size < Long.BYTES) {
            throw new SafetensorsException(
                    path,
                    size + " bytes are too few: a safetensors file begins with the 8 bytes of its header's length");
        }
        long length = read(path, channel, 0, Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (length < 0 || length > LARGEST_HEADER) {
            throw new SafetensorsException(
                    path,
                    "the header's length " + Long.toUnsignedString(length) + " is above the limit of " + LARGEST_HEADER
                            + ": this is no safetensors file");
        }
        if (length > size - Long.BYTES) {
            throw new SafetensorsException(
                    path,
                    "the header has " + length + " bytes, but only " + (size - Long.BYTES)
                            + " follow its length: the file is truncated");
        }
        return length;
    }

    private static ByteBuffer read(Path path, FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException(path + ": became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    private static String decode(Path path, ByteBuffer bytes) throws SafetensorsException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException broken) {
            throw new SafetensorsException(path, "the header is not UTF-8", broken);
        }
    }

    private static Map<String, Storage> storages(Header header, MemorySegment data) {
        Map<String, Storage> storages = new HashMap<>();
        header.entries().forEach((name, entry) -> {
            DType dtype = entry.type().dtype();
            if (dtype != null) {
                MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
                storages.put(name, Storage.over(bytes, dtype));
            }
        });
        return storages;
    }

    public Path path() {
        return path;
    }

    /** The names of all tensors, in the order of the header. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.entries().keySet());
    }

    /** The strings under {@code __metadata__}; empty if there are none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** @throws IllegalArgumentException if there is no tensor of that name */
    public Shape shape(String name) {
        return entry(name).shape();
    }

    /** The element type in the format's own words, such as {@code F32}; also of types that cannot become tensors. */
    public String type(String name) {
        return entry(name).type().name();
    }

    /**
     * A tensor over the mapped bytes, in the type that is stored.
     *
     * @throws IllegalArgumentException if there is no tensor of that name
     * @throws SafetensorsException if its elements are of a type that is not supported
     */
    public Tensor tensor(String name, Backend backend) throws SafetensorsException {
        return Tensor.over(backend, tensorStorage(name), entry(name).shape());
    }

    private Storage tensorStorage(String name) throws SafetensorsException {
        Entry entry = entry(name);
        Storage storage = storages.get(name);
        if (storage == null) {
            throw new SafetensorsException(
                    path,
                    "tensor '" + name + "': elements of " + entry.type() + " are not supported, expected one of "
                            + StoredType.readable());
        }
        return storage;
    }

    /**
     * Whether no element is NaN or infinite. Reads the stored bits once, in parallel, and widens nothing.
     *
     * @throws SafetensorsException if its elements are of a type that is not supported
     */
    public boolean isFinite(String name) throws SafetensorsException {
        Storage storage = tensorStorage(name);
        return FiniteCheck.of(storage.host(), storage.dtype());
    }

    private Entry entry(String name) {
        Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new IllegalArgumentException(path + ": there is no tensor '" + name + "'");
        }
        return entry;
    }
}
