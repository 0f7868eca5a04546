package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Repository;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Folders whose weights lie in several files, in narrow types too. */
class ShardsTest {
    private static final Backend BACKEND = new ReferenceBackend();
    private static final int SHARDS = 3;

    @TempDir
    Path folder;

    private static Path fixture(String name) {
        return Repository.root().resolve("tests/fixtures/models").resolve(name);
    }

    private static String shard(int number) {
        return "model-%05d-of-%05d.safetensors".formatted(number + 1, SHARDS);
    }

    /** A copy of a model in as many files; the index names them in turn. */
    private void split(String name, DType dtype) throws IOException {
        Files.copy(fixture(name).resolve("config.json"), folder.resolve("config.json"));
        Safetensors whole = Safetensors.open(fixture(name).resolve("model.safetensors"));
        List<Map<String, Tensor>> shards = new ArrayList<>();
        for (int i = 0; i < SHARDS; i++) {
            shards.add(new TreeMap<>());
        }
        ObjectNode places = new JsonMapper().createObjectNode();
        int next = 0;
        for (String tensor : whole.names()) {
            int place = next++ % SHARDS;
            shards.get(place).put(tensor, whole.tensor(tensor, BACKEND).copy("narrow", dtype));
            places.put(tensor, shard(place));
        }
        for (int i = 0; i < SHARDS; i++) {
            SafetensorsWriter.write(folder.resolve(shard(i)), shards.get(i), Map.of("format", "pt"));
        }
        writeIndex(places);
    }

    private void writeIndex(ObjectNode places) throws IOException {
        ObjectNode index = new JsonMapper().createObjectNode();
        index.putObject("metadata").put("total_size", 1);
        index.set("weight_map", places);
        Files.writeString(folder.resolve(WeightFiles.INDEX), index.toString());
    }

    private static Model load(Path path) {
        return Checkpoints.any(path, new RandomWeights(BACKEND, DType.F32, 0));
    }

    @ParameterizedTest
    @CsvSource({"bart, F32", "bert, F16", "roberta, BF16", "gpt2, F16", "llama, F16", "llama, BF16", "llama, F32"})
    void everyWeightIsThatOfTheOneFileInItsType(String name, DType dtype) throws IOException {
        split(name, dtype);
        Model whole = load(fixture(name));
        Model parted = load(folder);
        assertThat(parted.weights().keySet()).isEqualTo(whole.weights().keySet());
        whole.weights().forEach((path, weight) -> {
            double[] expected = weight.data().copy("narrow", dtype).toDoubles();
            assertThat(parted.weights().get(path).data().toDoubles()).as(path).isEqualTo(expected);
        });
    }

    private void refused(String... words) {
        assertThatThrownBy(() -> load(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void filesThatAreCutOffOrNotThereAreNamed() throws IOException {
        split("llama", DType.F32);
        Path second = folder.resolve(shard(1));
        byte[] bytes = Files.readAllBytes(second);
        Files.write(second, Arrays.copyOf(bytes, bytes.length - 7));
        refused(shard(1));
        Files.delete(second);
        refused(shard(1));
    }

    @Test
    void anIndexThatLiesIsNamed() throws IOException {
        split("llama", DType.F32);
        ObjectNode places = (ObjectNode)
                new JsonMapper().readTree(folder.resolve(WeightFiles.INDEX)).get("weight_map");
        places.put(
                "model.norm.weight",
                shard(0).equals(places.get("model.norm.weight").asString()) ? shard(1) : shard(0));
        writeIndex(places);
        refused("model.norm.weight");
        places.put("model.norm.weight", "../elsewhere.safetensors");
        writeIndex(places);
        refused("../elsewhere.safetensors");
        Files.writeString(folder.resolve(WeightFiles.INDEX), "{\"weight_map\": ");
        refused(WeightFiles.INDEX);
    }
}
