package dev.rankine.lora.inspect;

import dev.rankine.lora.PlainFactors;
import dev.rankine.lora.StoredAdapter;
import dev.rankine.lora.Targets;
import dev.rankine.lora.peft.PeftAdapter;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter's folder holds. Three layouts are known: PEFT's, {@link StoredAdapter}'s, and that of loralib, the first
 * LoRA's own code, which keeps no configuration: a safetensors file with {@code <module>.lora_A} [r, I] and
 * {@code <module>.lora_B} [O, r], whose scale is known to nobody but its program.
 *
 * @param format {@code peft}, {@code rankine} or {@code loralib}
 * @param method such as {@code adalora}
 * @param baseModel what the folder says of the model that it is for; empty if nothing
 * @param modules the low-rank changes
 * @param others every other tensor: trained heads, magnitudes, bottlenecks, prefixes
 * @param numbers in all tensors
 * @param bytes of all files
 */
public record AdapterContents(
        String format,
        String method,
        String baseModel,
        List<LowRankModule> modules,
        List<StoredTensor> others,
        long numbers,
        long bytes) {
    private static final String A = ".lora_A";
    private static final String B = ".lora_B";

    /** What the modules are made of, AdaLoRA's singular values among it. */
    private static final List<String> FACTORS = List.of(A, B, ".lora_E");

    public AdapterContents {
        modules = List.copyOf(modules);
        others = List.copyOf(others);
    }

    /**
     * Reads a folder.
     *
     * @throws dev.rankine.lora.peft.PeftException if it is PEFT's and something in it is wrong
     * @throws IllegalArgumentException if it holds no adapter of a known layout
     */
    public static AdapterContents read(Path folder, Backend backend) {
        try {
            long bytes = size(folder);
            if (StoredAdapter.isIn(folder)) {
                return ofStored(StoredAdapter.read(folder, backend), bytes);
            }
            Path only = onlySafetensors(folder);
            if (Files.exists(folder.resolve(PeftFolder.CONFIG)) || only == null) {
                return ofPeft(folder, backend, bytes);
            }
            return ofLoralib(only, backend, bytes);
        } catch (SafetensorsException damaged) {
            throw new IllegalArgumentException(damaged.getMessage(), damaged);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    private static @Nullable Path onlySafetensors(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .toList();
            return found.size() == 1 ? found.getFirst() : null;
        }
    }

    private static AdapterContents ofPeft(Path folder, Backend backend, long bytes) throws IOException {
        PeftAdapter adapter = PeftFolder.load(folder, backend);
        List<LowRankModule> modules = new ArrayList<>();
        for (PlainFactors product : adapter.products()) {
            modules.add(LowRankModule.of(product));
        }
        Safetensors file = Safetensors.open(folder.resolve(PeftFolder.TENSORS));
        List<StoredTensor> others = new ArrayList<>();
        long numbers = 0;
        for (String name : file.names()) {
            StoredTensor tensor =
                    StoredTensor.of(name.substring(PeftFolder.PREFIX.length()), file.shape(name), file.type(name));
            numbers += tensor.numbers();
            if (FACTORS.stream().noneMatch(name::contains)) {
                others.add(tensor);
            }
        }
        String method = adapter.config().method(Targets.allLinear()).name();
        return new AdapterContents(
                "peft", method, adapter.config().placement().base().nameOrPath(), modules, others, numbers, bytes);
    }

    private static AdapterContents ofStored(StoredAdapter adapter, long bytes) {
        List<StoredTensor> others = adapter.tensors().entrySet().stream()
                .map(tensor -> StoredTensor.of(tensor.getKey(), tensor.getValue()))
                .toList();
        return new AdapterContents(
                "rankine",
                adapter.method().name(),
                adapter.baseModel(),
                List.of(),
                others,
                others.stream().mapToLong(StoredTensor::numbers).sum(),
                bytes);
    }

    private static AdapterContents ofLoralib(Path path, Backend backend, long bytes) throws IOException {
        Safetensors file = Safetensors.open(path);
        Map<String, LowRankModule> modules = new TreeMap<>();
        List<StoredTensor> others = new ArrayList<>();
        long numbers = 0;
        for (String name : file.names()) {
            StoredTensor tensor = StoredTensor.of(name, file.shape(name), file.type(name));
            numbers += tensor.numbers();
            String module = name.endsWith(A) || name.endsWith(B) ? name.substring(0, name.length() - A.length()) : null;
            if (module == null
                    || !file.names().contains(module + A)
                    || !file.names().contains(module + B)) {
                others.add(tensor);
            } else if (!modules.containsKey(module)) {
                Tensor a = file.tensor(module + A, backend);
                Tensor b = file.tensor(module + B, backend);
                modules.put(module, LowRankModule.of(new PlainFactors(module, a, b)));
            }
        }
        if (modules.isEmpty()) {
            throw new IllegalArgumentException(path + " holds no adapter: there is no " + PeftFolder.CONFIG
                    + " beside it, nor a pair " + A + " and " + B + " in it");
        }
        return new AdapterContents("loralib", "lora", "", List.copyOf(modules.values()), others, numbers, bytes);
    }
}
