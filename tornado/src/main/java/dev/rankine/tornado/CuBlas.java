package dev.rankine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * NVIDIA's cuBLAS, as much of it as products need (<a href="https://docs.nvidia.com/cuda/cublas/">its manual</a>). It takes any
 * place within an array, so nothing is copied for it.
 */
@SuppressWarnings("restricted") // native functions are called with their own types
final class CuBlas {
    private static final List<String> NAMES = List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so");
    private static final String DRIVER = "libcuda.so.1";
    private static final int PLAIN = 0;
    private static final int TRANSPOSED = 1;
    private static final int F32 = 0; // CUDA_R_32F
    private static final int ANY_ALGORITHM = -1; // CUBLAS_GEMM_DEFAULT
    private static final long BYTES = 4;
    /** What cuBLAS' manual advises for an H100. */
    private static final long WORKSPACE = 32L << 20;

    private static final FunctionDescriptor ON_HANDLE = FunctionDescriptor.of(JAVA_INT, ADDRESS);
    /** handle, two transpositions, m, n, k, alpha; then each operand's address, type, leading dimension, stride; between them beta. */
    private static final FunctionDescriptor GEMM = FunctionDescriptor.of(
            JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT,
            JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_LONG,
            JAVA_INT, JAVA_INT, JAVA_INT);

    private final SymbolLookup driver;
    private final MethodHandle create;
    private final MethodHandle setStream;
    private final MethodHandle setWorkspace;
    private final MethodHandle gemm;
    private final MethodHandle destroy;
    private final MemorySegment zero;
    private final MemorySegment one;

    /** @param driver CUDA's, which knows contexts */
    CuBlas(SymbolLookup library, SymbolLookup driver) {
        this.driver = driver;
        create = function(library, "cublasCreate_v2", ON_HANDLE);
        setStream = function(library, "cublasSetStream_v2", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        setWorkspace = function(
                library, "cublasSetWorkspace_v2", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
        gemm = function(library, "cublasGemmStridedBatchedEx", GEMM);
        destroy = function(library, "cublasDestroy_v2", ON_HANDLE);
        zero = Arena.global().allocateFrom(JAVA_FLOAT, 0f);
        one = Arena.global().allocateFrom(JAVA_FLOAT, 1f);
    }

    private static MethodHandle function(SymbolLookup library, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
    }

    /** @throws IllegalArgumentException if no version of the library can be loaded; the message says why */
    static CuBlas load() {
        IllegalArgumentException missing = null;
        for (String name : NAMES) {
            try {
                SymbolLookup library = SymbolLookup.libraryLookup(name, Arena.global());
                return new CuBlas(library, SymbolLookup.libraryLookup(DRIVER, Arena.global()));
            } catch (IllegalArgumentException failure) {
                missing = missing == null ? failure : missing;
            }
        }
        throw new IllegalArgumentException("none of " + NAMES + " can be loaded", missing);
    }

    /**
     * What computes in a stream, with memory of ours to work in: its own would be allocated while a graph is captured, as nodes of
     * the graph, and taken by one launch of it at a time.
     */
    record Handle(MemorySegment library, long workspace) {}

    /** A handle for a stream of a CUDA context, which becomes the thread's own. */
    Handle open(long context, long stream) {
        MethodHandle enter = function(driver, "cuCtxSetCurrent", ON_HANDLE);
        MethodHandle allocate = function(driver, "cuMemAlloc_v2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(ADDRESS);
            check("cuCtxSetCurrent", (int) enter.invokeExact(MemorySegment.ofAddress(context)));
            check("cublasCreate", (int) create.invokeExact(made));
            MemorySegment opened = made.get(ADDRESS, 0);
            check("cublasSetStream", (int) setStream.invokeExact(opened, MemorySegment.ofAddress(stream)));
            check("cuMemAlloc", (int) allocate.invokeExact(made, WORKSPACE));
            MemorySegment workspace = made.get(ADDRESS, 0);
            check("cublasSetWorkspace", (int) setWorkspace.invokeExact(opened, workspace, WORKSPACE));
            return new Handle(opened, workspace.address());
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    /** Starts the product of matrices in the array that begins at address {@code array}. */
    void multiply(Handle handle, long array, Gemm product, Precision precision) {
        MemorySegment beta = product.accumulates() ? one : zero; // invokeExact takes a conditional for an Object
        try {
            for (int call = 0; call < product.calls(); call++) {
                check("cublasGemmStridedBatchedEx", (int) gemm.invokeExact(
                        handle.library(),
                        transposition(product.b()),
                        transposition(product.a()),
                        product.columns(),
                        product.rows(),
                        product.inner(),
                        one,
                        address(array, product.b(), call),
                        F32,
                        product.b().leading(),
                        product.b().perMatrix(),
                        address(array, product.a(), call),
                        F32,
                        product.a().leading(),
                        product.a().perMatrix(),
                        beta,
                        address(array, product.out(), call),
                        F32,
                        product.out().leading(),
                        product.out().perMatrix(),
                        product.matrices(),
                        precision.computeType(),
                        ANY_ALGORITHM));
            }
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    private static int transposition(Gemm.Operand operand) {
        return operand.transposed() ? TRANSPOSED : PLAIN;
    }

    private static MemorySegment address(long array, Gemm.Operand operand, int call) {
        return MemorySegment.ofAddress(array + BYTES * (operand.place() + call * operand.perCall()));
    }

    void close(Handle handle) {
        MethodHandle release = function(driver, "cuMemFree_v2", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
        try {
            check("cublasDestroy", (int) destroy.invokeExact(handle.library()));
            check("cuMemFree", (int) release.invokeExact(handle.workspace()));
        } catch (Throwable failure) {
            throw failed(failure);
        }
    }

    private static void check(String function, int status) {
        if (status != 0) {
            throw new IllegalStateException(function + " failed with status " + status);
        }
    }

    private static IllegalStateException failed(Throwable failure) {
        return failure instanceof IllegalStateException known ? known : new IllegalStateException("cuBLAS", failure);
    }
}
