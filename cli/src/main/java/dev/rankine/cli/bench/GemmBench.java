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

/** Products of the shapes that training needs, beside the processor's peak and OpenBLAS. */
public final class GemmBench {
    private static final String OURS = "rankine";
    private static final String PEAK = "peak";
    private static final String BLAS = "openblas";

    /** M x K x N; NN, NT or TN says which operand is stored transposed. */
    public record Product(int m, int k, int n, String stored) {
        private static final Pattern FORM = Pattern.compile("(\\d+)x(\\d+)x(\\d+)(NN|NT|TN)");

        public Product {
            if (m < 1 || k < 1 || n < 1) {
                throw new IllegalArgumentException(
                        "a product needs sizes of at least 1, got " + m + " x " + k + " x " + n);
            }
        }

        /** A product written like {@code 2048x768x8NT}. */
        public static Product parse(String text) {
            Matcher found = FORM.matcher(text);
            if (!found.matches()) {
                throw new IllegalArgumentException("'" + text + "' is no product such as 2048x768x3072NT");
            }
            return new Product(
                    Integer.parseInt(found.group(1)),
                    Integer.parseInt(found.group(2)),
                    Integer.parseInt(found.group(3)),
                    found.group(4));
        }

        double operations() {
            return 2.0 * m * k * n;
        }

        @Override
        public String toString() {
            return m + " x " + k + " x " + n + " " + stored;
        }
    }

    /** Squares, the products of RoBERTa-base with 2048 rows, and those of low-rank updates. */
    public static List<Product> shapes() {
        return List.of(
                new Product(256, 256, 256, "NN"),
                new Product(512, 512, 512, "NN"),
                new Product(1024, 1024, 1024, "NN"),
                new Product(2048, 768, 768, "NT"),
                new Product(2048, 768, 3072, "NT"),
                new Product(2048, 3072, 768, "NT"),
                new Product(768, 2048, 3072, "TN"),
                new Product(1024, 128, 1024, "NT"),
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
     * @param ofPeak share of what multiply-adds alone reach, on as many threads
     * @param openBlas middle of OpenBLAS' rounds, null without the library
     * @param ratio middle of the rounds' ratios to OpenBLAS
     */
    public record Result(
            String product,
            double rate,
            double best,
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
        Tensor a = operand(p.m(), p.k(), p.stored().charAt(0) == 'T');
        Tensor b = operand(p.k(), p.n(), p.stored().charAt(1) == 'T');
        Tensor c = Tensor.zeros(backend, DType.F32, Shape.of(p.m(), p.n()));
        // the peak of one core: a job on all of them would measure how threads are woken
        Rounds timed = new Rounds(rounds)
                .with(PEAK, MultiplyAddPeak.operations(), MultiplyAddPeak::run)
                .with(OURS, p.operations(), () -> backend.matmul(a, b, c, false));
        OpenBlas other = blas;
        if (other != null) {
            timed.with(BLAS, p.operations(), () -> multiply(other, p, a, b, c));
        }
        timed.run();
        return new Result(
                p.toString(),
                timed.median(OURS),
                timed.best(OURS),
                timed.ratio(OURS, PEAK) / backend.threads(),
                other == null ? null : timed.median(BLAS),
                other == null ? null : timed.ratio(OURS, BLAS));
    }

    private Tensor operand(int rows, int columns, boolean transposed) {
        Shape shape = transposed ? Shape.of(columns, rows) : Shape.of(rows, columns);
        Tensor stored = new QuickWeights(backend).take("operand", shape, new Weights.Start.Normal(1));
        return transposed ? stored.transpose(0, 1) : stored;
    }

    private static void multiply(OpenBlas blas, Product p, Tensor a, Tensor b, Tensor c) {
        blas.multiply(
                p.stored().charAt(0) == 'T',
                p.stored().charAt(1) == 'T',
                p.m(),
                p.n(),
                p.k(),
                memory(a),
                memory(b),
                memory(c));
    }

    private static MemorySegment memory(Tensor x) {
        return x.storage().host();
    }
}
