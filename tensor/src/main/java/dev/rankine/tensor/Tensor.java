package dev.rankine.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in a grid: a {@link Shape} laid by element strides over a {@link Storage}, computed on by a {@link Backend}.
 * An ordinary object that nobody must close. Views share the storage.
 *
 * <pre>{@code
 * Tensor a = Tensor.of(backend, Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
 * Tensor b = a.transpose(0, 1).matmul(a);        // [3, 3]
 * System.out.println(b.toDoubles()[0]);          // 17.0
 * }</pre>
 */
public final class Tensor {
    private final Backend backend;
    private final Storage storage;
    private final int generation;
    private final Shape shape;
    private final long[] strides;
    private final long offset;
    private final String origin;

    private Tensor(
            Backend backend, Storage storage, int generation, Shape shape, long[] strides, long offset, String origin) {
        this.backend = backend;
        this.storage = storage;
        this.generation = generation;
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        this.origin = origin;
    }

    // ---- leaves: persistent, made from host data ----

    /** A persistent tensor of zeros. */
    public static Tensor zeros(Backend backend, DType dtype, Shape shape) {
        return over(backend, Storage.allocate(dtype, shape.size()), shape);
    }

    /** A persistent F32 tensor with these values in row-major order. */
    public static Tensor of(Backend backend, Shape shape, float... values) {
        return HostData.write(zeros(backend, DType.F32, shape), values);
    }

    /** A persistent tensor of type F32 or F64 with these values in row-major order. */
    public static Tensor of(Backend backend, DType dtype, Shape shape, double... values) {
        return HostData.write(zeros(backend, dtype, shape), values);
    }

    /** A persistent I64 tensor with these values in row-major order. */
    public static Tensor ofLongs(Backend backend, Shape shape, long... values) {
        return HostData.write(zeros(backend, DType.I64, shape), values);
    }

    /** A persistent one-element tensor of shape []. */
    public static Tensor scalar(Backend backend, DType dtype, double value) {
        return of(backend, dtype, Shape.of(), value);
    }

    /** A row-major tensor over memory that exists, such as a mapped checkpoint; it begins at the storage's element 0. */
    public static Tensor over(Backend backend, Storage storage, Shape shape) {
        if (shape.size() > storage.elements()) {
            throw new IllegalArgumentException(
                    "shape " + shape + " needs " + shape.size() + " elements, the storage has " + storage.elements());
        }
        return new Tensor(backend, storage, storage.generation(), shape, shape.rowMajorStrides(), 0, "leaf");
    }

    /** Room for the result of an operation, from the open {@link Scope} if there is one. Its content is undefined. */
    public static Tensor result(String operation, Backend backend, DType dtype, Shape shape) {
        Storage storage = Scope.storageForResult(dtype, shape.size());
        return new Tensor(backend, storage, storage.generation(), shape, shape.rowMajorStrides(), 0, operation);
    }

    /** Room for a result of another shape with this tensor's type and back-end. */
    public Tensor result(String operation, Shape of) {
        return result(operation, backend, dtype(), of);
    }

    // ---- what it is ----

    public Backend backend() {
        return backend;
    }

    public Storage storage() {
        return storage;
    }

    public DType dtype() {
        return storage.dtype();
    }

    public Shape shape() {
        return shape;
    }

    /** Element stride of an axis; 0 on a broadcast axis. */
    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    /** Place of the first element in the storage, in elements. */
    public long offset() {
        return offset;
    }

    /** The name of the operation that made this tensor or the tensor that it is a view of. */
    public String origin() {
        return origin;
    }

    /** The life of the storage that this tensor belongs to; see {@link Storage#generation()}. */
    public int generation() {
        return generation;
    }

    /** Whether the elements lie in row-major order without gaps. */
    public boolean isContiguous() {
        long step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (shape.dim(axis) != 1 && strides[axis] != step) {
                return shape.size() == 0;
            }
            step *= shape.dim(axis);
        }
        return true;
    }

    // ---- life ----

    /**
     * Checked at the entry of every operation.
     *
     * @throws IllegalStateException if the scope that this tensor came from has ended
     */
    public Tensor checkAlive(String operation) {
        if (storage.generation() != generation) {
            throw new IllegalStateException(operation + ": the result " + shape + " of '" + origin
                    + "' was used after its scope had ended or backward had released it; call keep() on it in time");
        }
        return this;
    }

    public boolean isAlive() {
        return storage.generation() == generation;
    }

    /** Takes this result out of its scope: it lives as long as it is referenced. */
    public Tensor keep() {
        checkAlive("keep");
        Scope lessor = storage.lessor();
        if (lessor != null) {
            lessor.keep(storage);
        }
        return this;
    }

    /** This tensor as the target of an operation that changes it in place; caches of its content become stale. */
    public Tensor forWriting(String operation) {
        checkAlive(operation);
        storage.written();
        return this;
    }

    // ---- views ----

    /** A view with other lengths and strides over the same storage. */
    Tensor view(Shape viewed, long[] viewStrides, long viewOffset) {
        return new Tensor(backend, storage, generation, viewed, viewStrides, viewOffset, origin);
    }

    /** The same elements in row-major order under another shape; copies only if the strides do not allow a view. */
    public Tensor reshape(Shape target) {
        return Views.reshape(this, target);
    }

    /** A view with two axes exchanged. */
    public Tensor transpose(int a, int b) {
        int[] order = new int[shape.rank()];
        for (int axis = 0; axis < order.length; axis++) {
            order[axis] = axis;
        }
        order[shape.axis(a)] = shape.axis(b);
        order[shape.axis(b)] = shape.axis(a);
        return permute(order);
    }

    /** A view whose axis {@code i} is axis {@code order[i]} of this one. */
    public Tensor permute(int... order) {
        return Views.permute(this, order);
    }

    /** A view of the places {@code from} (inclusive) to {@code to} (exclusive) of one axis. */
    public Tensor slice(int axis, int from, int to) {
        return Views.slice(this, axis, from, to);
    }

    /** A view that repeats axes of length 1 (and new leading axes) by stride 0. */
    public Tensor expand(Shape target) {
        return Views.expand(this, target);
    }

    /** This tensor if its elements are in row-major order without gaps, else a copy that is. */
    public Tensor contiguous() {
        return isContiguous() ? this : copy("contiguous", dtype());
    }

    /** This tensor if its elements are of a type, else a copy in which they are. */
    public Tensor in(String operation, DType type) {
        return dtype() == type ? this : copy(operation, type);
    }

    // ---- arithmetic ----

    /** A row-major copy in a type, as a result of the open scope; F16 and BF16 are widened exactly. */
    public Tensor copy(String operation, DType type) {
        checkAlive(operation);
        Tensor out = result(operation, backend, type, shape);
        backend.copy(this, out);
        return out;
    }

    /** A row-major persistent copy. */
    public Tensor clone(DType type) {
        Tensor out = zeros(backend, type, shape);
        backend.copy(checkAlive("clone"), out);
        return out;
    }

    /** f(x) for every element. */
    public Tensor map(Unary function) {
        Tensor out = checkAlive(function.name()).result(function.name(), shape);
        backend.map(function, this, out);
        return out;
    }

    /** scale x + shift for every element. Both are settings that never change between steps. */
    public Tensor affine(double scale, double shift) {
        Tensor out = checkAlive("affine").result("affine", shape);
        backend.affine(this, scale, shift, out);
        return out;
    }

    /** f(a, b) for every element of the two tensors' broadcast shape. */
    public Tensor zip(Binary function, Tensor other) {
        checkAlive(function.name());
        other.checkAlive(function.name());
        Tensor out = result(function.name(), Shape.broadcast(function.name(), shape, other.shape));
        backend.zip(function, expand(out.shape), other.expand(out.shape), out);
        return out;
    }

    public Tensor plus(Tensor other) {
        return zip(Binary.ADD, other);
    }

    public Tensor minus(Tensor other) {
        return zip(Binary.SUBTRACT, other);
    }

    public Tensor times(Tensor other) {
        return zip(Binary.MULTIPLY, other);
    }

    /** Folds the named axes, which stay with length 1. */
    public Tensor reduce(Reduction reduction, int... axes) {
        Shape folded = checkAlive(reduction.name()).shape;
        for (int axis : axes) {
            folded = folded.with(axis, 1);
        }
        Tensor out = result(reduction.name(), folded);
        backend.reduce(reduction, this, out);
        return out;
    }

    /** Sums over axes until the shape is {@code target}: the gradient of a broadcast from {@code target}. */
    public Tensor sumTo(Shape target) {
        return Views.sumTo(this, target);
    }

    /**
     * The product over the last two axes, [..., M, K] x [..., K, N] = [..., M, N]; leading axes broadcast.
     *
     * @throws ShapeMismatch if the inner dimensions differ or the leading axes do not broadcast
     */
    public Tensor matmul(Tensor other) {
        return MatrixProduct.of(this, other);
    }

    // ---- reading on the host ----

    /** The only element, of any numeric type. */
    public double item() {
        if (shape.size() != 1) {
            throw new IllegalStateException("item: " + shape + " has " + shape.size() + " elements, not 1");
        }
        return toDoubles()[0];
    }

    /** All elements in row-major order, widened to double. */
    public double[] toDoubles() {
        return HostData.readDoubles(checkAlive("toDoubles"));
    }

    /** All elements in row-major order, as float. */
    public float[] toFloats() {
        return HostData.readFloats(checkAlive("toFloats"));
    }

    /** All elements of an I64 tensor in row-major order. */
    public long[] toLongs() {
        return HostData.readLongs(checkAlive("toLongs"));
    }

    /** Writes a persistent F32 or F64 tensor from the host, in row-major order. */
    public void write(double... values) {
        HostData.write(checkAlive("write"), values);
    }

    /** Writes a persistent I64 tensor from the host, in row-major order. */
    public void write(long... values) {
        HostData.write(checkAlive("write"), values);
    }

    @Override
    public String toString() {
        return dtype() + " " + shape + (isAlive() ? "" : " (ended)") + " by " + origin;
    }

    /** Whether two tensors are the same view of the same life of the same storage. */
    public boolean isSameAs(@Nullable Tensor other) {
        return other != null
                && storage == other.storage
                && generation == other.generation
                && offset == other.offset
                && shape.equals(other.shape)
                && Arrays.equals(strides, other.strides);
    }
}
