package dev.rankine.tensor.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Repository;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Layout;
import dev.rankine.tensor.Samples;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.TensorDomain;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class SafetensorsTest {
    private static final Path BY_PYTHON = Repository.root().resolve("tests/fixtures/safetensors_by_python.safetensors");

    private final Backend backend = new ReferenceBackend();

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void whatIsWrittenIsRead(
            @ForAll @Size(min = 0, max = 4) List<Shape> shapes,
            @ForAll @Size(4) List<DType> types,
            @ForAll Layout layout,
            @ForAll @Size(4) @UniqueElements List<String> names,
            @ForAll @Size(max = 3) Map<String, String> metadata,
            @ForAll long seed)
            throws IOException {
        Samples samples = new Samples(backend, seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> strings = new HashMap<>();
        for (int i = 0; i < shapes.size(); i++) {
            tensors.put(printable(names.get(i)) + i, samples.of(types.get(i), shapes.get(i), layout));
        }
        metadata.forEach((key, value) -> strings.put(printable(key), printable(value)));
        Path path = Files.createTempFile("rankine", ".safetensors");
        try {
            SafetensorsWriter.write(path, tensors, strings);
            Safetensors file = Safetensors.open(path);
            assertThat(file.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
            assertThat(file.metadata()).isEqualTo(strings);
            for (String name : file.names()) {
                Tensor written = tensors.get(name);
                Tensor read = file.tensor(name, backend);
                assertThat(read.shape()).isEqualTo(written.shape()).isEqualTo(file.shape(name));
                assertThat(read.dtype()).isEqualTo(written.dtype());
                assertThat(read.toDoubles()).containsExactly(written.toDoubles());
            }
            assertThat(Files.size(path) - dataBytes(tensors)).isPositive();
            assertThat((Files.size(path) - dataBytes(tensors)) % 8).isZero();
        } finally {
            Files.delete(path);
        }
    }

    /** Java strings may hold halves of surrogate pairs, which are no text. */
    private static String printable(String any) {
        return any.replaceAll("\\p{Cs}", "?");
    }

    private static long dataBytes(Map<String, Tensor> tensors) {
        return tensors.values().stream()
                .mapToLong(x -> x.shape().size() * x.dtype().bytes())
                .sum();
    }

    @Test
    void whatPythonWroteIsRead() throws IOException {
        Safetensors file = Safetensors.open(BY_PYTHON);
        assertThat(file.names())
                .containsExactly("ids", "a.bias", "empty", "größe", "scalar", "z.weight", "brain", "half");
        assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(file.path()).isEqualTo(BY_PYTHON);
        assertThat(file.type("half")).isEqualTo("F16");
        assertThat(file.tensor("z.weight", backend).toDoubles()).containsExactly(0, 0.25, 0.5, 0.75, 1, 1.25);
        assertThat(file.tensor("a.bias", backend).toDoubles()).containsExactly(1 / 3.0, -2);
        double infinity = Double.POSITIVE_INFINITY;
        assertThat(file.tensor("half", backend).toDoubles()).containsExactly(0.5, -1, 65504, 0x1p-24, infinity, -0.0);
        assertThat(file.tensor("brain", backend).toDoubles()).containsExactly(0.5, -1, 65536, 0x1p-24, infinity, -0.0);
        assertThat(file.tensor("ids", backend).toLongs()).containsExactly((1L << 53) + 1, -1);
        assertThat(file.tensor("scalar", backend).item()).isEqualTo(2.5);
        assertThat(file.shape("empty")).isEqualTo(Shape.of(0, 3));
        assertThat(file.tensor("größe", backend).item()).isEqualTo(7);
    }

    @Test
    void theSameTensorsGiveTheBytesThatPythonWrites(@TempDir Path folder) throws IOException {
        Safetensors file = Safetensors.open(BY_PYTHON);
        Map<String, Tensor> tensors = new HashMap<>();
        for (String name : file.names()) {
            tensors.put(name, file.tensor(name, backend));
        }
        Path copy = folder.resolve("copy.safetensors");
        SafetensorsWriter.write(copy, tensors, file.metadata());
        assertThat(copy).hasSameBinaryContentAs(BY_PYTHON);
    }

    @Test
    void aTensorIsAViewOfTheFile() throws IOException {
        Safetensors file = Safetensors.open(BY_PYTHON);
        Storage storage = file.tensor("z.weight", backend).storage();
        assertThat(storage.host().isMapped()).isTrue();
        assertThat(storage.host().isReadOnly()).isTrue();
        assertThat(file.tensor("z.weight", backend).storage()).isSameAs(storage);
        assertThat(file.tensor("half", backend).copy("widen", DType.F32).toDoubles()[2])
                .isEqualTo(65504);
    }

    @Test
    void aFileWithoutTensorsIsAFile(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("none.safetensors");
        SafetensorsWriter.write(path, Map.of(), Map.of());
        assertThat(path).hasBinaryContent(new byte[] {8, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' ', ' ', ' ', ' ', ' '});
        assertThat(Safetensors.open(path).names()).isEmpty();
    }

    @Test
    void writingReplacesAFileWholeOrNotAtAll(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("model.safetensors");
        SafetensorsWriter.write(path, Map.of("w", Tensor.of(backend, Shape.of(1), 1)), Map.of());
        Safetensors before = Safetensors.open(path);
        SafetensorsWriter.write(path, Map.of("w", Tensor.of(backend, Shape.of(1), 2)), Map.of());
        assertThat(before.tensor("w", backend).item()).isEqualTo(1);
        assertThat(Safetensors.open(path).tensor("w", backend).item()).isEqualTo(2);

        // the second tensor cannot be read any more when its turn comes
        Storage lost = Storage.allocate(DType.F32, 1);
        lost.residesOn(storage -> {
            throw new IllegalStateException("the device is gone");
        });
        Map<String, Tensor> tensors =
                Map.of("a", Tensor.of(backend, Shape.of(1), 3), "b", Tensor.over(backend, lost, Shape.of(1)));
        assertThatThrownBy(() -> SafetensorsWriter.write(path, tensors, Map.of()))
                .hasMessage("the device is gone");
        assertThat(Safetensors.open(path).tensor("w", backend).item()).isEqualTo(2);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void theNameOfTheMetadataIsTaken(@TempDir Path folder) {
        Path path = folder.resolve("model.safetensors");
        Map<String, Tensor> tensors = Map.of("__metadata__", Tensor.of(backend, Shape.of(1), 1));
        assertThatThrownBy(() -> SafetensorsWriter.write(path, tensors, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor cannot have the name __metadata__");
        assertThat(path).doesNotExist();
    }
}
