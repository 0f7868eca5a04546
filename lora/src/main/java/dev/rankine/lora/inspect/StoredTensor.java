package dev.rankine.lora.inspect;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor in a file.
 *
 * @param type of its elements in the format's own words, such as {@code BF16}
 * @param numbers how many elements
 */
public record StoredTensor(String name, List<Integer> shape, String type, long numbers) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    static StoredTensor of(String name, Tensor tensor) {
        return of(name, tensor.shape(), tensor.dtype().name());
    }

    static StoredTensor of(String name, Shape shape, String type) {
        return new StoredTensor(name, Arrays.stream(shape.toArray()).boxed().toList(), type, shape.size());
    }
}
