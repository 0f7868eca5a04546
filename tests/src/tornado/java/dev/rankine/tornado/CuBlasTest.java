package dev.rankine.tornado;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** cuBLAS' functions with the arguments of its manual, in Java: what is handed over natively, in which order. */
class CuBlasTest {
    private static final long CONTEXT = 11;
    private static final long STREAM = 22;
    private static final long HANDLE = 33;
    private static final long WORKSPACE = 4096;

    /** What a library on the host does; the names of its methods are those of the functions. */
    @SuppressWarnings("unused") // by method handles
    private static final class Library {
        private final List<String> calls = new ArrayList<>();
        private int status;
        private int computeType;

        int cuCtxSetCurrent(MemorySegment context) {
            calls.add("context " + context.address());
            return 0;
        }

        int cublasCreate_v2(MemorySegment handle) {
            handle.reinterpret(ADDRESS.byteSize()).set(ADDRESS, 0, MemorySegment.ofAddress(HANDLE));
            return status;
        }

        int cublasSetStream_v2(MemorySegment handle, MemorySegment stream) {
            calls.add("stream " + stream.address() + " of " + handle.address());
            return 0;
        }

        int cuMemAlloc_v2(MemorySegment at, long bytes) {
            at.reinterpret(ADDRESS.byteSize()).set(ADDRESS, 0, MemorySegment.ofAddress(WORKSPACE));
            calls.add("memory of " + bytes);
            return 0;
        }

        int cublasSetWorkspace_v2(MemorySegment handle, MemorySegment workspace, long bytes) {
            calls.add("workspace " + workspace.address() + " of " + bytes);
            return 0;
        }

        int cuMemFree_v2(long at) {
            calls.add("freed " + at);
            return 0;
        }

        int cublasDestroy_v2(MemorySegment handle) {
            calls.add("destroyed " + handle.address());
            return 0;
        }

        int cublasGemmStridedBatchedEx(
                MemorySegment handle,
                int transA,
                int transB,
                int m,
                int n,
                int k,
                MemorySegment alpha,
                MemorySegment a,
                int typeA,
                int lda,
                long strideA,
                MemorySegment b,
                int typeB,
                int ldb,
                long strideB,
                MemorySegment beta,
                MemorySegment c,
                int typeC,
                int ldc,
                long strideC,
                int count,
                int computes,
                int algorithm) {
            calls.add("gemm of " + handle.address() + " " + typeA + typeB + typeC + " " + algorithm);
            computeType = computes;
            float first = number(beta, 0);
            for (int i = 0; i < count; i++) {
                for (int column = 0; column < n; column++) {
                    for (int row = 0; row < m; row++) {
                        float sum = 0;
                        for (int d = 0; d < k; d++) {
                            sum += number(a, i * strideA + (transA == 0 ? row + (long) d * lda : d + (long) row * lda))
                                    * number(
                                            b,
                                            i * strideB
                                                    + (transB == 0
                                                            ? d + (long) column * ldb
                                                            : column + (long) d * ldb));
                        }
                        long at = i * strideC + row + (long) column * ldc;
                        float old = first == 0 ? 0 : first * number(c, at);
                        c.reinterpret(Long.MAX_VALUE).setAtIndex(JAVA_FLOAT, at, number(alpha, 0) * sum + old);
                    }
                }
            }
            return status;
        }

        private static float number(MemorySegment array, long index) {
            return array.reinterpret(Long.MAX_VALUE).getAtIndex(JAVA_FLOAT, index);
        }

        /** Native addresses of the methods, as a loaded library has them. */
        SymbolLookup lookup(Arena arena) {
            Map<String, MemorySegment> functions = new HashMap<>();
            for (var method : Library.class.getDeclaredMethods()) {
                if (!method.getName().startsWith("cu")) {
                    continue;
                }
                MemoryLayout[] types = Arrays.stream(method.getParameterTypes())
                        .map(type -> type == int.class ? JAVA_INT : type == long.class ? JAVA_LONG : ADDRESS)
                        .toArray(MemoryLayout[]::new);
                try {
                    var handle = MethodHandles.lookup()
                            .findVirtual(
                                    Library.class,
                                    method.getName(),
                                    MethodType.methodType(int.class, method.getParameterTypes()))
                            .bindTo(this);
                    functions.put(
                            method.getName(),
                            Linker.nativeLinker().upcallStub(handle, FunctionDescriptor.of(JAVA_INT, types), arena));
                } catch (ReflectiveOperationException impossible) {
                    throw new AssertionError(impossible);
                }
            }
            return name -> Optional.ofNullable(functions.get(name));
        }
    }

    /** Two calls of three matrices: C[2,3] += A[2,4] B[4,3], B stored as its transpose, each operand at a place of its own. */
    private static Gemm product() {
        Gemm.Operand b = new Gemm.Operand(true, 4, 36, 12, 5);
        Gemm.Operand a = new Gemm.Operand(false, 4, 24, 8, 80);
        Gemm.Operand out = new Gemm.Operand(false, 3, 18, 6, 130);
        return new Gemm(3, 2, 4, 2, 3, b, a, out, true);
    }

    @Test
    void everyArgumentIsWhereTheManualHasIt() {
        Library library = new Library();
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup functions = library.lookup(arena);
            CuBlas blas = new CuBlas(functions, functions);
            CuBlas.Handle handle = blas.open(CONTEXT, STREAM);
            MemorySegment array = arena.allocate(JAVA_FLOAT, 200);
            float[] expected = new float[200];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = (i * 13 % 17 - 8) / 8f;
                array.setAtIndex(JAVA_FLOAT, i, expected[i]);
            }
            HostBlas.multiply(product(), new HostBlas.Array() {
                @Override
                public float get(long element) {
                    return expected[Math.toIntExact(element)];
                }

                @Override
                public void set(long element, float value) {
                    expected[Math.toIntExact(element)] = value;
                }
            });
            blas.multiply(handle, array.address(), product(), Precision.TF32);
            assertThat(array.toArray(JAVA_FLOAT)).containsExactly(expected, within(1e-5f));
            blas.close(handle);
            assertThat(library.computeType).isEqualTo(Precision.TF32.computeType());
            assertThat(library.calls)
                    .containsExactly(
                            "context 11",
                            "stream 22 of 33",
                            "memory of 33554432",
                            "workspace 4096 of 33554432",
                            "gemm of 33 000 -1",
                            "gemm of 33 000 -1",
                            "destroyed 33",
                            "freed 4096");
        }
    }

    @Test
    void whatFailsIsNamedWithItsStatus() {
        Library library = new Library();
        library.status = 14;
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup functions = library.lookup(arena);
            CuBlas blas = new CuBlas(functions, functions);
            assertThatThrownBy(() -> blas.open(CONTEXT, STREAM))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("cublasCreate failed with status 14");
            assertThatThrownBy(() -> blas.multiply(
                            new CuBlas.Handle(MemorySegment.NULL, 0),
                            arena.allocate(JAVA_FLOAT, 200).address(),
                            product(),
                            Precision.FP32))
                    .hasMessage("cublasGemmStridedBatchedEx failed with status 14");
        }
    }
}
