package dev.rankine.cli.bench;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.vector.MultiplyAddPeak;
import dev.rankine.transformer.Weights;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Products of the shapes that training needs, beside the processor's peak and OpenBLAS. With one thread the time is that
 * thread's processor time, so that a busy machine does not look slow; with more it is what the clock says.
 */
public final class GemmBench {
    private static final String OURS = "rankine";
    private static final String PEAK = "peak";
    private static final String BLAS = "openblas";

    /** So many times M x K x N; NN, NT or TN says which operand is stored transposed. */
    public record Product(int count, int m, int k, int n, String stored) {
        private static final Pattern FORM = Pattern.compile("(?:(\\d+)\\*)?(\\d+)x(\\d+)x(\\d+)(NN|NT|TN)");

        public Product {
            if (count < 1 || m < 1 || k < 1 || n < 1) {
                throw new IllegalArgumentException("a product needs sizes of at least 1, got "
                        + (count == 1 ? "" : count + " times ") + m + " x " + k + " x " + n);
            }
        }

        Product(int m, int k, int n, String stored) {
            this(1, m, k, n, stored);
        }

        /** A product written like {@code 2048x768x8NT}, or {@code 96*128x64x128NT} for a batch. */
        public static Product parse(String text) {
            Matcher found = FORM.matcher(text);
            if (!found.matches()) {
                throw new IllegalArgumentException("'" + text + "' is no product such as 2048x768x3072NT");
            }
            return new Product(
                    found.group(1) == null ? 1 : Integer.parseInt(found.group(1)),
                    Integer.parseInt(found.group(2)),
                    Integer.parseInt(found.group(3)),
                    Integer.parseInt(found.group(4)),
                    found.group(5));
        }

        double operations() {
            return 2.0 * count * m * k * n;
        }

        @Override
        public String toString() {
            String one = m + " x " + k + " x " + n;
            return (count == 1 ? one : count + " (" + one + ")") + " " + stored;
        }
    }

    /** Squares, the products of RoBERTa-base with 2048 rows, of its attention, and those of low-rank updates. */
    public static List<Product> shapes() {
        return List.of(
                new Product(256, 256, 256, "NN"),
                new Product(512, 512, 512, "NN"),
                new Product(1024, 1024, 1024, "NN"),
                new Product(2048, 2048, 2048, "NN"),
                new Product(2048, 768, 768, "NT"),
                new Product(2048, 768, 3072, "NT"),
                new Product(2048, 3072, 768, "NT"),
                new Product(768, 2048, 3072, "TN"),
                new Product(1024, 128, 1024, "NT"),
                new Product(96, 128, 64, 128, "NT"),
                new Product(96, 128, 128, 64, "NN"),
                new Product(2048, 768, 8, "NT"),
                new Product(2048, 8, 768, "NT"),
                new Product(1, 768, 3072, "NN"),
                new Product(1, 4096, 4096, "NT"));
    }

    /**
     * What was measured of a product, in GFLOP/s.
     *
     * @param rate middle of the rounds
     * @param best of the rounds
     * @param peak what multiply-adds alone reach on one core, middle of the rounds
     * @param ofPeak middle of the rounds' shares of that, on as many cores as there are threads
     * @param openBlas middle of OpenBLAS' rounds, null without the library; of a batch it does one after the other
     * @param ratio middle of the rounds' ratios to OpenBLAS
     */
    public record Result(
            String product,
            double rate,
            double best,
            double peak,
            double ofPeak,
            @Nullable Double openBlas,
            @Nullable Double ratio) {}

    private final Backend backend;
    private final @Nullable OpenBlas blas;
    private final int rounds;

    /** @param blas null to leave it out */
    public GemmBench(Backend backend, @Nullable OpenBlas blas, int rounds) {
        this.backend = backend;
        this.blas = blas;
        this.rounds = rounds;
    }

    public Result measure(Product p) {
        Tensor a = operand(p.count(), p.m(), p.k(), p.stored().charAt(0) == 'T');
        Tensor b = operand(p.count(), p.k(), p.n(), p.stored().charAt(1) == 'T');
        Tensor c = Tensor.zeros(backend, DType.F32, Shape.of(p.count(), p.m(), p.n()));
        Burst burst = Burst.of(backend, () -> backend.matmul(a, b, c, false));
        MultiplyAddPeak peak = new MultiplyAddPeak();
        // the peak of one core: a job on all of them would measure how threads are woken
        Rounds timed = new Rounds(rounds, backend.threads() == 1 ? Rounds.ownTime() : System::nanoTime)
                .with(PEAK, MultiplyAddPeak.operations(), peak::run)
                .with(OURS, burst.size() * p.operations(), burst);
        OpenBlas other = blas;
        if (other != null) {
            timed.withOwnThreads(BLAS, p.operations(), () -> multiply(other, p, a, b, c));
        }
        timed.run();
        return new Result(
                p.toString(),
                timed.median(OURS),
                timed.best(OURS),
                timed.median(PEAK),
                timed.ratio(OURS, PEAK) / backend.threads(),
                other == null ? null : timed.median(BLAS),
                other == null ? null : timed.ratio(OURS, BLAS));
    }

    private Tensor operand(int count, int rows, int columns, boolean transposed) {
        Shape shape = transposed ? Shape.of(count, columns, rows) : Shape.of(count, rows, columns);
        Tensor stored = new QuickWeights(backend).take("operand", shape, new Weights.Start.Normal(1));
        return transposed ? stored.transpose(1, 2) : stored;
    }

    private static void multiply(OpenBlas blas, Product p, Tensor a, Tensor b, Tensor c) {
        for (int i = 0; i < p.count(); i++) {
            blas.multiply(
                    p.stored().charAt(0) == 'T',
                    p.stored().charAt(1) == 'T',
                    p.m(),
                    p.n(),
                    p.k(),
                    memory(a, i),
                    memory(b, i),
                    memory(c, i));
        }
    }

    /** Matrix {@code index} of a batch. */
    private static MemorySegment memory(Tensor x, int index) {
        long matrix = x.shape().size() / x.shape().dim(0);
        return x.storage().host().asSlice(Float.BYTES * matrix * index);
    }
}
