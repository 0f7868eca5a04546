package dev.rankine.autograd;

import dev.rankine.autograd.op.Add;
import dev.rankine.autograd.op.Matmul;
import dev.rankine.autograd.op.Mean;
import dev.rankine.autograd.op.Multiply;
import dev.rankine.autograd.op.Permute;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Subtract;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that knows how it was made, so that {@link #backward()} can find the gradient of a result with respect to
 * every parameter behind it.
 *
 * <p>A <em>leaf</em> is a constant or a parameter; only parameters collect a {@link #gradient()}, which is persistent
 * and summed over backward passes until {@link #clearGradient()}.
 */
public final class Variable {
    private Tensor data;
    private final @Nullable Node node;
    private boolean requiresGradient;
    private @Nullable Tensor gradientBuffer;
    private boolean hasGradient;

    private Variable(Tensor data, @Nullable Node node, boolean requiresGradient) {
        this.data = data;
        this.node = node;
        this.requiresGradient = requiresGradient;
    }

    /** A leaf without gradient: inputs, frozen weights. */
    public static Variable constant(Tensor data) {
        return new Variable(data, null, false);
    }

    /** A leaf that collects a gradient. Its tensor must be persistent, F32 or F64. */
    public static Variable parameter(Tensor data) {
        if (!data.dtype().computes()) {
            throw new IllegalArgumentException("a parameter must be F32 or F64 to be trained, got " + data);
        }
        return new Variable(data, null, true);
    }

    static Variable ofNode(Tensor data, Node node) {
        return new Variable(data, node, true);
    }

    /** The input of a part of a graph that is made {@link Recomputation again}: its gradient goes on to what it stands for. */
    static Variable standIn(Variable outer) {
        return new Variable(outer.data, null, outer.requiresGradient);
    }

    public Tensor data() {
        return data;
    }

    public Shape shape() {
        return data.shape();
    }

    @Nullable
    Node node() {
        return node;
    }

    public boolean isLeaf() {
        return node == null;
    }

    public boolean requiresGradient() {
        return requiresGradient;
    }

    /**
     * Freezes or unfreezes a leaf. A weight that is unfrozen over memory that cannot be trained, a mapped file or numbers in
     * a narrow type, moves into memory of its own, in F32.
     */
    public void requiresGradient(boolean wanted) {
        if (!isLeaf()) {
            throw new IllegalStateException(
                    "only a leaf can be frozen or unfrozen, this is the result of '" + data.origin() + "'");
        }
        if (wanted && data.dtype() == DType.I64) {
            throw new IllegalArgumentException("whole numbers cannot be trained: " + data);
        }
        if (wanted && (!data.dtype().computes() || data.storage().isReadOnly())) {
            data = data.clone(data.dtype().computes() ? data.dtype() : DType.F32);
        }
        requiresGradient = wanted;
        if (!wanted) {
            gradientBuffer = null;
            hasGradient = false;
        }
    }

    /** The same data as a constant: gradients stop here. */
    public Variable detach() {
        return constant(data);
    }

    /** The sum of the gradients since the last {@link #clearGradient()}; null if no backward pass reached this leaf. */
    public @Nullable Tensor gradient() {
        return hasGradient ? gradientBuffer : null;
    }

    /** Forgets the gradient. Its memory stays for the next one. */
    public void clearGradient() {
        hasGradient = false;
    }

    /** Adds to a leaf's gradient. The first contribution overwrites, so no pass over memory is spent on zeros. */
    void accumulate(Tensor contribution) {
        if (gradientBuffer == null) {
            gradientBuffer = Tensor.zeros(data.backend(), data.dtype(), data.shape());
        }
        Tensor buffer = gradientBuffer.forWriting("gradient");
        if (hasGradient) {
            data.backend().zip(Binary.ADD, buffer, contribution, buffer);
        } else {
            data.backend().copy(contribution, buffer);
            hasGradient = true;
        }
    }

    /**
     * Finds the gradients of this one-element result and adds them to the parameters' gradients.
     *
     * @throws IllegalStateException if this has more than one element, needs no gradient, or its graph was used before
     */
    public void backward() {
        if (shape().size() != 1) {
            throw new IllegalStateException("backward: the result has shape " + shape()
                    + "; reduce it to one element or pass the gradient to start from");
        }
        Tensor one = data.result("backward", shape());
        data.backend().fill(one, 1);
        backward(one);
    }

    /** The same from a gradient {@code dY} of this result's shape, for example 1 / (number of symbols in the batch). */
    public void backward(Tensor dY) {
        BackwardPass.run(this, dY);
    }

    // ---- the operations that read better between their operands; the others are in dev.rankine.autograd.op ----

    public Variable plus(Variable other) {
        return Add.add(this, other);
    }

    public Variable minus(Variable other) {
        return Subtract.subtract(this, other);
    }

    /** The product element by element. */
    public Variable times(Variable other) {
        return Multiply.multiply(this, other);
    }

    public Variable matmul(Variable other) {
        return Matmul.matmul(this, other);
    }

    public Variable reshape(int... lengths) {
        return Reshape.reshape(this, Shape.of(lengths));
    }

    public Variable transpose(int a, int b) {
        return Permute.transpose(this, a, b);
    }

    /** The sum over the named axes, or over all if none is named. */
    public Variable sum(int... axes) {
        return Sum.sum(this, axes);
    }

    /** The mean over the named axes, or over all if none is named. */
    public Variable mean(int... axes) {
        return Mean.mean(this, axes);
    }

    @Override
    public String toString() {
        return (requiresGradient ? "variable " : "constant ") + data;
    }
}
