package dev.rankine.transformer.checkpoint;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsException;
import dev.rankine.transformer.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a safetensors file, copied into memory of their own and widened to what the model computes in. Every
 * tensor of the file is accounted for: {@link #requireComplete} names all that were missing, did not fit or were never
 * asked for.
 */
public final class CheckpointWeights implements Weights {
    private static final int NAMED = 8;

    private final Safetensors file;
    private final Map<String, String> tied;
    private final Backend backend;
    private final DType dtype;
    private final Set<String> taken = new HashSet<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> unfit = new ArrayList<>();

    /**
     * @param tied names under which some files hold a weight again, with the name of that weight
     * @param dtype F32, or F64 to check gradients
     */
    public CheckpointWeights(Safetensors file, Map<String, String> tied, Backend backend, DType dtype) {
        this.file = file;
        this.tied = Map.copyOf(tied);
        this.backend = backend;
        this.dtype = dtype;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    /** A tensor that is missing or does not fit is noted, and a placeholder given: see {@link #requireComplete}. */
    @Override
    public Tensor take(String name, Shape shape, Start start) {
        String stored = storedName(name);
        if (stored == null) {
            missing.add(name);
            return placeholder(shape);
        }
        taken.add(stored);
        if (!file.shape(stored).equals(shape)) {
            unfit.add(stored + " is " + file.shape(stored) + ", the configuration needs " + shape);
            return placeholder(shape);
        }
        try {
            return checked(stored, file.tensor(stored, backend));
        } catch (SafetensorsException unreadable) {
            unfit.add(stored + " is of type " + file.type(stored));
            return placeholder(shape);
        }
    }

    /** The name itself or another of the same weight; null if the file has none. */
    private @Nullable String storedName(String name) {
        if (file.names().contains(name)) {
            return name;
        }
        return tied.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name) && file.names().contains(entry.getKey()))
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst()
                .orElse(null);
    }

    private Tensor checked(String name, Tensor stored) {
        if (stored.dtype() == DType.I64) {
            unfit.add(name + " holds whole numbers (I64)");
            return placeholder(stored.shape());
        }
        Tensor tensor = stored.clone(dtype);
        // NaN and infinity survive in a sum
        int[] axes = IntStream.range(0, tensor.shape().rank()).toArray();
        if (!Double.isFinite(tensor.reduce(Reduction.SUM, axes).item())) {
            unfit.add(name + " holds NaN or infinity");
        }
        return tensor;
    }

    /** Has the shape and costs no memory. */
    private Tensor placeholder(Shape shape) {
        return Tensor.zeros(backend, dtype, Shape.of()).expand(shape);
    }

    /**
     * Called when the model is built.
     *
     * @throws CheckpointException naming every tensor that is missing, does not fit, or has no place in the model
     */
    public void requireComplete() {
        List<String> unknown = new ArrayList<>();
        for (String name : file.names()) {
            if (!taken.contains(name)) {
                String weight = tied.get(name);
                if (weight == null) {
                    unknown.add(name);
                } else if (!isSame(name, weight)) {
                    unfit.add(name + " differs from " + weight + ", with which it must be tied");
                }
            }
        }
        List<String> problems = new ArrayList<>();
        describe(problems, "missing", missing);
        describe(problems, "not of this architecture", unknown);
        describe(problems, "unfit", unfit);
        if (!problems.isEmpty()) {
            throw CheckpointException.in(file.path(), "does not fit its configuration: " + String.join("; ", problems));
        }
    }

    private boolean isSame(String duplicate, String weight) {
        String stored = storedName(weight);
        try {
            return stored != null
                    && file.shape(duplicate).equals(file.shape(stored))
                    && Arrays.equals(
                            file.tensor(duplicate, backend).toFloats(),
                            file.tensor(stored, backend).toFloats());
        } catch (SafetensorsException unreadable) {
            return false;
        }
    }

    private static void describe(List<String> problems, String what, List<String> names) {
        if (!names.isEmpty()) {
            String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
            String more = names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "";
            problems.add(
                    names.size() + (names.size() == 1 ? " tensor is " : " tensors are ") + what + ": " + first + more);
        }
    }
}
