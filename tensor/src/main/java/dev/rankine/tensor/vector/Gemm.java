package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * C (+)= A B for F32 matrices of any strides, alone or in batches: C[..., M, N], A[..., M, K], B[..., K, N]. A transpose
 * is a swap of strides, a broadcast a stride of 0.
 *
 * <p>Which algorithm runs, and how the work is cut, follows from shapes, strides and the vector width, so the bits do
 * not depend on threads. Small products stay on the calling thread.
 */
public final class Gemm {
    /** Multiplications below which a product is not shared out: some 10 microseconds of work. */
    private static final long SHARED_WORK = 1 << 19;
    /** Multiplications that one block of shared work should have at least. */
    private static final long BLOCK_WORK = 1 << 17;
    /** Bytes of a batch that comes from far away, and of one of its products that is worth reading ahead and stays near then. */
    private static final long FAR = 1 << 22;

    private static final long LEAST_AHEAD = 1 << 15;
    private static final long MOST_AHEAD = 1 << 20;
    /** Products in a batch from which whole products are shared out, whatever their size. */
    private static final int MANY = 16;

    private final WorkerPool pool;
    private final RowWork rowWork;
    private final Supplier<Scratch> scratch;
    private final BlockedProduct.Team team;
    private final PackedWeights kept;

    Gemm(WorkerPool pool) {
        this(new RowWork(pool), ThreadLocal.withInitial(Scratch::new)::get, new PackedWeights(() -> 0));
    }

    /**
     * @param scratch gives the memory of the calling thread
     * @param kept panels of weights
     */
    Gemm(RowWork rowWork, Supplier<Scratch> scratch, PackedWeights kept) {
        this.rowWork = rowWork;
        this.pool = rowWork.pool();
        this.scratch = scratch;
        this.kept = kept;
        team = new BlockedProduct.Team(pool, scratch);
    }

    /** Multiplies, now or later; see {@link #multiply(Matrix, Matrix, Matrix, boolean)}. */
    void multiply(Tensor a, Tensor b, Tensor out, boolean add) {
        Matrix left = Matrix.of(a);
        Matrix right = Matrix.of(b);
        Matrix result = Matrix.of(out);
        checkSizes(left, right, result);
        Use[] uses = {Use.rows(a, false), Use.reads(b), Use.rows(out, true)};
        RowStep step =
                result.count() == 1 ? step(Terms.of(product(left, right, result, 0, result.rows, add)), uses) : null;
        if (step == null) {
            long work = (long) result.count() * result.rows * result.columns * left.columns;
            rowWork.addWhole(work / RowWork.MULTIPLICATIONS, () -> multiply(left, right, result, add), uses);
        } else {
            rowWork.add(step);
        }
    }

    /** The product as a step of some rows at a time; null where it cannot be cut so. */
    private @Nullable RowStep step(Terms terms, Use... uses) {
        Product p = terms.first();
        if (!uses[0].byUnit() || !Use.cutsResults(uses) || p.work() == 0 || turnsBetter(p) || VectorProduct.fits(p)) {
            return null;
        }
        if (terms.isSingle() && NarrowProduct.fits(p)) {
            return NarrowProduct.step(p, scratch, uses);
        }
        if (terms.isSingle() && RankEight.fits(p)) {
            return RankEight.step(p, scratch, uses);
        }
        return isCutIntoBlocks(p) ? BlockedProduct.step(terms, scratch, uses) : null;
    }

    /**
     * Multiplies. K = 0 gives zeros, or leaves C as it is when adding.
     *
     * @param add whether the product is added to what C holds
     * @throws IllegalArgumentException if the shapes do not fit, or if C shows the same memory twice
     */
    void multiply(Matrix a, Matrix b, Matrix c, boolean add) {
        checkSizes(a, b, c);
        int count = c.count();
        if (count == 0 || c.rows == 0 || c.columns == 0) {
            return;
        }
        boolean oneTall =
                count > 1 && b.isShared() && a.isTall() && c.isTall() && (long) count * c.rows <= Integer.MAX_VALUE;
        if (oneTall) {
            one(product(a, b, c, 0, count * c.rows, add));
        } else if (count >= MANY || (long) c.rows * c.columns * a.columns < SHARED_WORK) {
            many(a, b, c, count, add);
        } else {
            for (int i = 0; i < count; i++) {
                one(product(a, b, c, i, c.rows, add));
            }
        }
        Reference.reachabilityFence(a.memory());
        Reference.reachabilityFence(b.memory());
        Reference.reachabilityFence(c.memory());
    }

    /**
     * out = x (factor .* W)^T + bias + h B^T; shapes as in {@link Backend#scaledLinear}.
     *
     * @param factor null for none
     */
    void linear(
            Tensor x,
            Tensor weight,
            @Nullable Tensor factor,
            @Nullable Tensor bias,
            Backend.@Nullable LowRankTerm update,
            Tensor out) {
        Operands.reads("linear", x, bias, factor);
        if (weight.dtype().computes()) {
            Operands.reads("linear", weight);
        }
        Operands.writes("linear", out);
        Matrix left = Matrix.of(x);
        Matrix right = Matrix.of(weight.transpose(0, 1));
        Matrix result = Matrix.of(out);
        checkSizes(left, right, result);
        checkFactor(factor, weight.shape());
        if (factor != null && !isCutIntoBlocks(product(left, right, result, 0, result.rows, false))) {
            linear(x, weight.in("linear", DType.F32).times(factor), null, bias, update, out);
            return;
        }
        List<Use> uses = new ArrayList<>(List.of(Use.rows(x, false), Use.reads(weight), Use.rows(out, true)));
        List<Matrix> as = new ArrayList<>(List.of(left));
        List<Matrix> bs = new ArrayList<>(List.of(right));
        if (update != null) {
            Operands.reads("linear", update.h(), update.b());
            as.add(Matrix.of(update.h()));
            bs.add(Matrix.of(update.b().transpose(0, 1)));
            uses.add(Use.rows(update.h(), false));
            uses.add(Use.reads(update.b()));
        }
        if (bias != null) {
            as.add(Matrix.ones(x.shape().dim(0)));
            bs.add(Matrix.of(bias.reshape(Shape.of(1, bias.shape().dim(0)))));
            uses.add(Use.reads(bias));
        }
        Tensor gapless = factor == null ? null : factor.contiguous();
        if (gapless != null) {
            uses.add(Use.reads(gapless));
        }
        PanelFactors factors = gapless == null ? null : PanelFactors.of(gapless, weight.shape());
        sum(as, bs, factors, result, weight.transpose(0, 1), uses.toArray(Use[]::new));
        Reference.reachabilityFence(gapless);
    }

    private static void checkFactor(@Nullable Tensor factor, Shape weight) {
        if (factor != null && !factor.shape().equals(Shape.of(weight.dim(0), 1))) {
            ShapeMismatch.require(
                    "linear", "the factors of a weight's columns", Shape.of(1, weight.dim(1)), factor.shape());
        }
    }

    /**
     * C = A0 B0 + A1 B1 + ..., each a single matrix. The first product should be the largest: where it is cut into blocks,
     * the others join it as further steps of k. B0 may be stored in F16 or BF16: the result has the bits that the product
     * with its numbers in F32 has.
     *
     * @param factors of B0, null for none; it must be cut into blocks then
     * @param weight B0, whose panels may be kept
     * @param uses of all operands, that of A0 first
     * @throws IllegalArgumentException if the shapes do not fit, or if C shows the same memory twice
     */
    private void sum(
            List<Matrix> as, List<Matrix> bs, @Nullable PanelFactors factors, Matrix c, Tensor weight, Use... uses) {
        List<Product> products = new ArrayList<>();
        for (int i = 0; i < as.size(); i++) {
            checkSizes(as.get(i), bs.get(i), c);
            if (c.count() != 1) {
                throw new IllegalArgumentException("matmul: a sum of products is for single matrices, not for " + c);
            }
            products.add(product(as.get(i), bs.get(i), c, 0, c.rows, i > 0));
        }
        Product first = products.getFirst();
        if (isCutIntoBlocks(first)) {
            Terms packed = new Terms(List.copyOf(products), factors, null);
            Panels ready = null;
            if (factors == null && !BlockedProduct.readsInPlace(packed)) {
                weight.storage().host(); // its panels may be made at once
                ready = kept.find(weight, first);
            }
            Terms terms = ready == null ? packed : new Terms(packed.products(), null, ready);
            RowStep step = step(terms, uses);
            if (step != null) {
                rowWork.add(step);
                return;
            }
            RowWork.settle(uses);
            BlockedProduct.run(terms, scratch.get(), first.work() < SHARED_WORK ? null : team);
            Reference.reachabilityFence(ready);
        } else if (c.rows > 0 && c.columns > 0) {
            RowWork.settle(uses);
            one(first);
            for (int i = 1; i < as.size(); i++) {
                multiply(as.get(i), bs.get(i), c, true);
            }
        }
        as.forEach(a -> Reference.reachabilityFence(a.memory()));
        bs.forEach(b -> Reference.reachabilityFence(b.memory()));
        Reference.reachabilityFence(c.memory());
    }

    private static boolean isCutIntoBlocks(Product p) {
        return p.work() > 0
                && !turnsBetter(p)
                && !VectorProduct.fits(p)
                && !NarrowProduct.fits(p)
                && !RankEight.fits(p);
    }

    private static void checkSizes(Matrix a, Matrix b, Matrix c) {
        if (a.type != DType.F32 || c.type != DType.F32) {
            throw new IllegalArgumentException("matmul: " + a.type + " x " + b.type + " into " + c.type
                    + ": only a single second operand may be narrower than F32");
        }
        if (a.rows != c.rows || b.columns != c.columns || a.columns != b.rows) {
            throw new IllegalArgumentException("matmul: " + a + " x " + b + " into " + c + ": the sizes do not fit");
        }
        if (!a.hasBatchOf(c) || !b.hasBatchOf(c)) {
            throw new IllegalArgumentException("matmul: " + a + " x " + b + " into " + c + ": the batches differ");
        }
        if (c.count() > 0 && c.rows > 0 && c.columns > 0 && c.isBroadcast()) {
            throw new IllegalArgumentException("matmul: the result " + c + " has axes of stride 0");
        }
    }

    private static Product product(Matrix a, Matrix b, Matrix c, int index, int rows, boolean add) {
        return new Product(
                rows,
                c.columns,
                a.columns,
                a.address(index),
                Float.BYTES * a.rowStride,
                Float.BYTES * a.columnStride,
                b.type,
                b.address(index),
                b.type.bytes() * b.rowStride,
                b.type.bytes() * b.columnStride,
                c.address(index),
                Float.BYTES * c.rowStride,
                Float.BYTES * c.columnStride,
                add);
    }

    /** Whether C^T = B^T A^T is the easier product. */
    private static boolean turnsBetter(Product p) {
        if (p.n() == 1 && p.m() > 1) {
            return true;
        }
        if (p.m() == 1 && p.n() > 1) {
            return false;
        }
        if (!p.cRunsAlongN()) {
            return p.cRow() == Product.FLOAT;
        }
        // a narrow C whose A would have to be transposed: as rows of A, its few columns are cheap to transpose
        return p.n() <= NarrowProduct.MAX_COLUMNS && p.m() > p.n() && p.aRow() == Product.FLOAT && !p.aRunsAlongK();
    }

    /** Whole products of a batch, shared out. */
    private void many(Matrix a, Matrix b, Matrix c, int count, boolean add) {
        long work = Math.max(1, (long) c.rows * c.columns * a.columns);
        int together = Math.clamp(BLOCK_WORK / work, 1, count);
        int blocks = count * work < SHARED_WORK ? 1 : (count + together - 1) / together;
        int each = blocks == 1 ? count : together;
        long bytes = a.bytes() + b.bytes() + c.bytes();
        boolean readsAhead = bytes >= FAR && bytes / count >= LEAST_AHEAD && bytes / count <= MOST_AHEAD;
        pool.run(blocks, block -> {
            Scratch mine = scratch.get();
            for (int i = block * each; i < Math.min(count, (block + 1) * each); i++) {
                if (readsAhead) {
                    mine.seen += a.readAhead(i) + b.readAhead(i);
                }
                alone(product(a, b, c, i, c.rows, add), mine);
            }
        });
    }

    /** One product on the calling thread. */
    static void alone(Product any, Scratch scratch) {
        Product p = easier(any, scratch);
        if (p.m() == 0 || p.n() == 0) {
            return;
        }
        if (p.k() == 0) {
            clear(p);
        } else if (VectorProduct.fits(p)) {
            vector(p, scratch);
        } else if (NarrowProduct.fits(p)) {
            NarrowProduct.run(p, 0, p.m(), NarrowProduct.pack(p, scratch), scratch);
        } else if (RankEight.fits(p)) {
            RankEight.run(p, 0, p.m(), RankEight.pack(p, scratch));
        } else {
            BlockedProduct.run(Terms.of(p), scratch, null);
        }
    }

    /** One product on all threads if it is large enough. */
    private void one(Product any) {
        Product p = easier(any, scratch.get());
        if (p.work() < SHARED_WORK) {
            alone(any, scratch.get());
        } else if (VectorProduct.fits(p)) {
            int width = Math.max(Packing.PANEL, Packing.roundUp((int) (BLOCK_WORK / p.k()) + 1, Packing.PANEL));
            pool.run((p.n() + width - 1) / width, block -> {
                int from = block * width;
                vector(p.columns(from, Math.min(width, p.n() - from)), scratch.get());
            });
        } else if (NarrowProduct.fits(p)) {
            NarrowProduct.Columns columns = NarrowProduct.pack(p, scratch.get());
            byRows(p, (from, end) -> NarrowProduct.run(p, from, end, columns, scratch.get()));
        } else if (RankEight.fits(p)) {
            long packed = RankEight.pack(p, scratch.get());
            byRows(p, (from, end) -> RankEight.run(p, from, end, packed));
        } else {
            BlockedProduct.run(Terms.of(p), scratch.get(), team);
        }
    }

    /** What is easier to make. A narrow B is widened at once where it is small or has to be turned, else on the way. */
    private static Product easier(Product p, Scratch scratch) {
        boolean onTheWay = !p.bIsNarrow() || VectorProduct.fits(p) || isCutIntoBlocks(p);
        Product wide = onTheWay ? p : Widening.whole(p, scratch);
        return turnsBetter(wide) ? wide.transposed() : wide;
    }

    private static void vector(Product p, Scratch scratch) {
        if (p.bIsNarrow()) {
            Widening.vectorProduct(p, scratch);
        } else {
            VectorProduct.run(p);
        }
    }

    private void byRows(Product p, RowStep.Body some) {
        // an even number, since some kernels take two rows at a time
        int height = Packing.roundUp((int) Math.min(p.m(), BLOCK_WORK / (p.work() / p.m()) + 1), 4);
        pool.run((p.m() + height - 1) / height, block -> {
            int from = block * height;
            some.run(from, Math.min(p.m(), from + height));
        });
    }

    private static void clear(Product p) {
        if (p.add()) {
            return;
        }
        for (int i = 0; i < p.m(); i++) {
            for (int j = 0; j < p.n(); j++) {
                ALL.set(Lanes.FLOAT, p.c() + i * p.cRow() + j * p.cColumn(), 0f);
            }
        }
    }
}
