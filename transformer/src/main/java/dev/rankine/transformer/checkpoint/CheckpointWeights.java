package dev.rankine.transformer.checkpoint;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.SafetensorsException;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a folder, over the mapped files: a matrix stays in the type that is stored, unless the model computes in
 * F64; the few vectors are widened. Every tensor is accounted for: {@link #requireComplete} names all that were missing,
 * did not fit or were never asked for.
 */
final class CheckpointWeights implements Weights {
    /** So many more tensors may be missing than there are: a configuration that asks for a billion layers is answered early. */
    private static final int MOST_MISSING = 1000;

    private final WeightFiles files;
    private final TensorNames names;
    private final RandomWeights start;
    private final Set<String> taken = new HashSet<>();
    private final List<String> fresh = new ArrayList<>();
    private final List<String> unused = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> unfit = new ArrayList<>();

    /** @param start how tensors begin that may be fresh; also the back-end and F32, or F64 to check gradients */
    CheckpointWeights(WeightFiles files, TensorNames names, RandomWeights start) {
        this.files = files;
        this.names = names;
        this.start = start;
    }

    @Override
    public Backend backend() {
        return start.backend();
    }

    @Override
    public DType dtype() {
        return start.dtype();
    }

    /** A tensor that is missing or does not fit is noted, and a placeholder given: see {@link #requireComplete}. */
    @Override
    public Tensor take(String name, Shape shape, Start beginning) {
        return take(name, shape, beginning, false);
    }

    @Override
    public Tensor takeMatrix(String name, Shape shape, Start beginning) {
        return take(name, shape, beginning, dtype() == DType.F32);
    }

    private Tensor take(String name, Shape shape, Start beginning, boolean asStored) {
        String stored = storedName(name);
        boolean fits = stored != null && files.shape(stored).equals(shape);
        if (!fits && names.fresh().test(name)) {
            fresh.add(name);
            // memory only where the rest fits: a wrong configuration could ask for any amount
            return missing.isEmpty() && unfit.isEmpty() ? start.take(name, shape, beginning) : placeholder(shape);
        }
        if (stored == null) {
            missing.add(name);
            if (missing.size() > files.names().size() + MOST_MISSING) {
                requireComplete();
            }
            return placeholder(shape);
        }
        taken.add(stored);
        if (!fits) {
            unfit.add(stored + " is " + files.shape(stored) + ", the configuration needs " + shape);
            return placeholder(shape);
        }
        try {
            return checked(stored, files.tensor(stored, backend()), asStored);
        } catch (SafetensorsException unreadable) {
            unfit.add(stored + " is of type " + files.type(stored));
            return placeholder(shape);
        }
    }

    /** The name itself or another of the same weight; null if the folder has none. */
    private @Nullable String storedName(String name) {
        Stream<String> same = Stream.concat(
                Stream.of(name),
                names.tied().entrySet().stream()
                        .filter(entry -> entry.getValue().equals(name))
                        .map(Map.Entry::getKey)
                        .sorted());
        return same.flatMap(this::spellings)
                .filter(files.names()::contains)
                .findFirst()
                .orElse(null);
    }

    private Stream<String> spellings(String name) {
        return Stream.concat(Stream.of(name), names.others().stream().map(other -> other.apply(name)));
    }

    private Tensor checked(String name, Tensor stored, boolean asStored) throws SafetensorsException {
        if (stored.dtype() == DType.I64) {
            unfit.add(name + " holds whole numbers (I64)");
            return placeholder(stored.shape());
        }
        if (!files.isFinite(name)) {
            unfit.add(name + " holds NaN or infinity");
        }
        return asStored ? stored : stored.clone(dtype());
    }

    /** Has the shape and costs no memory. */
    private Tensor placeholder(Shape shape) {
        return Tensor.zeros(backend(), dtype(), Shape.of()).expand(shape);
    }

    /**
     * Called when the model is built.
     *
     * @throws CheckpointException naming every tensor that is missing, does not fit, or has no place in the model
     */
    void requireComplete() {
        List<String> unknown = new ArrayList<>();
        for (String name : files.names()) {
            if (!taken.contains(name)) {
                String weight = names.tied().get(name);
                if (weight != null) {
                    if (!isSame(name, weight)) {
                        unfit.add(name + " differs from " + weight + ", with which it must be tied");
                    }
                } else if (names.unused().test(name) || names.fresh().test(name)) {
                    unused.add(name);
                } else {
                    unknown.add(name);
                }
            }
        }
        List<String> problems = new ArrayList<>();
        describe(problems, "missing", missing);
        describe(problems, "not of this architecture", unknown);
        describe(problems, "unfit", unfit);
        if (!problems.isEmpty()) {
            throw CheckpointException.in(
                    files.path(), "does not fit its configuration: " + String.join("; ", problems));
        }
    }

    /** What began at random because the folder has no such tensor, or one of another shape. */
    List<String> fresh() {
        return List.copyOf(fresh);
    }

    /** What the folder holds and this model has no use for. */
    List<String> unused() {
        return List.copyOf(unused);
    }

    private boolean isSame(String duplicate, String weight) {
        String stored = storedName(weight);
        try {
            return stored != null
                    && files.shape(duplicate).equals(files.shape(stored))
                    && Arrays.equals(
                            files.tensor(duplicate, backend()).toFloats(),
                            files.tensor(stored, backend()).toFloats());
        } catch (SafetensorsException unreadable) {
            return false;
        }
    }

    private static void describe(List<String> problems, String what, List<String> names) {
        if (!names.isEmpty()) {
            problems.add(names.size() + (names.size() == 1 ? " tensor is " : " tensors are ") + what + ": "
                    + Some.of(names));
        }
    }
}
