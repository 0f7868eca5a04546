package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Axis i of y is axis {@code order[i]} of x; dX is dY with the inverse order. */
public record Permute(List<Integer> order) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("permute", "y[j, k, i] = x[i, j, k]", in -> permute(in[0], 1, 2, 0))
            .on(of(2, 3, 4))
            .on(of(5, 1, 7))
            .on(of(1, 1, 1))
            .on(of(3, 0, 2));

    /** Axes may be counted from the end. Throws {@link dev.rankine.tensor.ShapeMismatch} unless each is named once. */
    public static Variable permute(Variable x, int... order) {
        List<Integer> counted = new ArrayList<>(order.length);
        for (int axis : order) {
            counted.add(x.shape().axis(axis));
        }
        return Operation.apply(new Permute(counted), x);
    }

    /** Exchanges two axes. */
    public static Variable transpose(Variable x, int a, int b) {
        int[] order = new int[x.shape().rank()];
        Arrays.setAll(order, axis -> axis);
        order[x.shape().axis(a)] = x.shape().axis(b);
        order[x.shape().axis(b)] = x.shape().axis(a);
        return permute(x, order);
    }

    @Override
    public String name() {
        return "permute";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        int[] axes = new int[order.size()];
        Arrays.setAll(axes, order::get);
        return in[0].permute(axes);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        int[] inverse = new int[order.size()];
        Arrays.setAll(inverse, order::indexOf);
        return new @Nullable Tensor[] {dY.permute(inverse)};
    }
}
