package dev.rankine.tensor.vector;

import dev.rankine.cli.bench.OpenBlas;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Products of the shapes that training needs, beside OpenBLAS and the rate at which one core can multiply and add. The
 * counter {@code flops} is in GFLOP/s.
 *
 * <p>{@link #main} takes JMH's options, for example {@code -p shape=1024x128x128NT -p threads=1}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 7, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class GemmBenchmark {
    /** Counts multiplications and additions. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Work {
        public long flops;
    }

    /** One product: M x K x N, and whether A and B are stored transposed. */
    @State(Scope.Benchmark)
    public static class Operands {
        @Param({
            "256x256x256NN",
            "512x512x512NN",
            "1024x1024x1024NN",
            "2048x2048x2048NN",
            "2048x768x768NT",
            "2048x768x3072NT",
            "2048x3072x768NT",
            "768x2048x3072TN",
            "2048x768x8NT",
            "2048x8x768NT",
            "1x768x3072NN",
            "1x4096x4096NN",
            "1x4096x4096NT",
            "1024x128x128NT",
            "1024x128x1024NT",
            "1024x1024x128NN",
            "1024x128x8NT",
            "1024x8x128NT",
            "8x1024x128TN"
        })
        public String shape = "";

        @Param("1")
        public int threads;

        int m;
        int k;
        int n;
        boolean turnA;
        boolean turnB;
        MemorySegment a = MemorySegment.NULL;
        MemorySegment b = MemorySegment.NULL;
        MemorySegment c = MemorySegment.NULL;

        @Setup(Level.Trial)
        public void make() {
            String[] sizes = shape.substring(0, shape.length() - 2).split("x");
            m = Integer.parseInt(sizes[0]);
            k = Integer.parseInt(sizes[1]);
            n = Integer.parseInt(sizes[2]);
            turnA = shape.charAt(shape.length() - 2) == 'T';
            turnB = shape.charAt(shape.length() - 1) == 'T';
            Random random = new Random(1);
            a = random((long) m * k, random);
            b = random((long) k * n, random);
            c = random((long) m * n, random);
        }

        private static MemorySegment random(long size, Random random) {
            MemorySegment memory = Arena.ofAuto().allocate(Float.BYTES * size, 64);
            for (long i = 0; i < size; i++) {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
            }
            return memory;
        }

        long flops() {
            return 2L * m * k * n;
        }
    }

    /** Rankine's own product. */
    @State(Scope.Benchmark)
    public static class Own {
        private WorkerPool pool;
        private Gemm gemm;
        private Matrix a;
        private Matrix b;
        private Matrix c;

        @Setup(Level.Trial)
        public void make(Operands o) {
            pool = new WorkerPool(o.threads);
            gemm = new Gemm(pool);
            a = new Matrix(o.a, 0, new int[] {o.m, o.k}, o.turnA ? new long[] {1, o.m} : new long[] {o.k, 1});
            b = new Matrix(o.b, 0, new int[] {o.k, o.n}, o.turnB ? new long[] {1, o.k} : new long[] {o.n, 1});
            c = new Matrix(o.c, 0, new int[] {o.m, o.n}, new long[] {o.n, 1});
        }

        @TearDown(Level.Trial)
        public void close() {
            pool.close();
        }
    }

    /** Multiply-adds alone. */
    @State(Scope.Thread)
    public static class Peak {
        private final MultiplyAddPeak sums = new MultiplyAddPeak();
    }

    /** OpenBLAS through the foreign function interface. */
    @State(Scope.Benchmark)
    public static class Other {
        private OpenBlas blas;

        @Setup(Level.Trial)
        public void make(Operands o) {
            blas = new OpenBlas(o.threads);
        }
    }

    @Benchmark
    public void rankine(Own own, Operands operands, Work work) {
        own.gemm.multiply(own.a, own.b, own.c, false);
        work.flops += operands.flops();
    }

    @Benchmark
    public void openBlas(Other other, Operands o, Work work) {
        other.blas.multiply(o.turnA, o.turnB, o.m, o.n, o.k, o.a, o.b, o.c);
        work.flops += o.flops();
    }

    /** What one core can do at most. */
    @Benchmark
    public void peak(Peak peak, Work work) {
        work.flops += MultiplyAddPeak.operations();
        peak.sums.run();
    }

    /** Runs this class with JMH's command line. */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        new Runner(new OptionsBuilder()
                        .parent(new CommandLineOptions(arguments))
                        .include(GemmBenchmark.class.getName() + "\\.")
                        .build())
                .run();
    }
}
