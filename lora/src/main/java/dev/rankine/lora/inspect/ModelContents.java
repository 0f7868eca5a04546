package dev.rankine.lora.inspect;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.files.SmallFile;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.RandomizedSvd;
import dev.rankine.tensor.safetensors.SafetensorsException;
import dev.rankine.transformer.checkpoint.WeightFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a model's folder holds.
 *
 * @param architecture the class that the configuration names; empty if none
 * @param tensors by name, in the order of their files
 * @param spectra the largest singular values of matrices, by name, where they were asked for
 * @param files how many hold the weights
 * @param bytes of these files
 */
public record ModelContents(
        String architecture, List<StoredTensor> tensors, Map<String, List<Double>> spectra, int files, long bytes) {
    /** Rounds of refinement: enough for three digits where values lie close together. */
    private static final int ROUNDS = 4;

    public ModelContents {
        tensors = List.copyOf(tensors);
        spectra = Map.copyOf(spectra);
    }

    /**
     * Reads a folder.
     *
     * @param values how many singular values of every matrix to compute, which takes its time on a large model; usually 0
     * @throws dev.rankine.transformer.checkpoint.CheckpointException if the folder holds no weights that can be read
     */
    public static ModelContents read(Path folder, Backend backend, int values) {
        WeightFiles files = WeightFiles.in(folder);
        List<StoredTensor> tensors = new ArrayList<>();
        Map<String, List<Double>> spectra = new TreeMap<>();
        try {
            long bytes = 0;
            for (Map.Entry<Path, List<String>> file : files.byFile().entrySet()) {
                bytes += Files.size(file.getKey());
                for (String name : file.getValue()) {
                    tensors.add(StoredTensor.of(name, files.shape(name), files.type(name)));
                    if (values > 0 && files.shape(name).rank() == 2) {
                        spectra.put(name, spectrum(files.tensor(name, backend), values));
                    }
                }
            }
            return new ModelContents(
                    architecture(folder), tensors, spectra, files.byFile().size(), bytes);
        } catch (SafetensorsException unsupported) {
            throw new IllegalArgumentException(unsupported.getMessage(), unsupported);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<Double> spectrum(Tensor weight, int values) {
        Matrix matrix = Matrix.of(weight);
        int count = Math.min(values, Math.min(matrix.rows(), matrix.columns()));
        return Arrays.stream(RandomizedSvd.of(matrix, count, ROUNDS, 0).values())
                .boxed()
                .toList();
    }

    private static String architecture(Path folder) throws IOException {
        Path file = folder.resolve("config.json");
        try {
            JsonNode config = JsonMapper.shared().readTree(SmallFile.text(file));
            return config.path("architectures").path(0).asString("");
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException(file + " is no JSON: " + malformed.getOriginalMessage(), malformed);
        }
    }

    /** Numbers in all tensors. */
    public long numbers() {
        return tensors.stream().mapToLong(StoredTensor::numbers).sum();
    }

    /** Bytes of the weights in memory: mapped files, in the types that they have. */
    public long weightBytes() {
        return weightBytes(type -> true);
    }

    /** Those of the weights in F32. */
    public long wideBytes() {
        return weightBytes(type -> type == DType.F32);
    }

    private long weightBytes(Predicate<DType> types) {
        return tensors.stream()
                .filter(tensor -> types.test(DType.parse(tensor.type())))
                .mapToLong(
                        tensor -> tensor.numbers() * DType.parse(tensor.type()).bytes())
                .sum();
    }

    /** Numbers in low-rank adapters on every matrix of a layer: r (O + I) of each. */
    public long adapterNumbers(int rank) {
        return tensors.stream()
                .filter(ModelContents::isLayersMatrix)
                .mapToLong(tensor ->
                        rank * (tensor.shape().get(0) + (long) tensor.shape().get(1)))
                .sum();
    }

    /** A matrix with a number in its path, such as {@code layers.0.fc1.weight}: tables and heads have none. */
    private static boolean isLayersMatrix(StoredTensor tensor) {
        return tensor.shape().size() == 2 && tensor.name().matches(".*\\.\\d+\\..*|\\d+\\..*");
    }
}
