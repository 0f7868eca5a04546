package dev.rankine.autograd.optim;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * The numbers that the host writes for a step, such as the rate. Parameters for which they are the same share a tensor, so that a
 * device is sent them once and not for every parameter.
 */
final class StepNumbers {
    private record Values(DType dtype, List<Double> numbers) {}

    /** Those of the step before, to be written again in the same order. */
    private final List<Tensor> tensors = new ArrayList<>();

    private final Map<Values, Tensor> written = new HashMap<>();

    /** Forgets what was written for the step before. */
    void nextStep() {
        written.clear();
    }

    /** A tensor of the back-end and type of {@code like} that holds the numbers until the next step. */
    Tensor of(Tensor like, double... numbers) {
        Values values =
                new Values(like.dtype(), DoubleStream.of(numbers).boxed().toList());
        return written.computeIfAbsent(values, asked -> write(like, numbers));
    }

    private Tensor write(Tensor like, double[] numbers) {
        int place = written.size();
        Shape shape = Shape.of(numbers.length);
        boolean fits = place < tensors.size()
                && tensors.get(place).dtype() == like.dtype()
                && tensors.get(place).shape().equals(shape);
        if (!fits) {
            Tensor fresh = Tensor.zeros(like.backend(), like.dtype(), shape);
            if (place < tensors.size()) {
                tensors.set(place, fresh);
            } else {
                tensors.add(fresh);
            }
        }
        tensors.get(place).write(numbers);
        return tensors.get(place);
    }
}
