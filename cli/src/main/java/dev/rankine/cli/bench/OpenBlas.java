package dev.rankine.cli.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The machine's OpenBLAS, to compare with; nothing in Rankine needs it. */
@SuppressWarnings("restricted") // the launcher allows native access
public final class OpenBlas {
    private static final String LIBRARY = "libopenblas.so.0";
    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;
    private final MethodHandle sgemm;

    /** @throws IllegalArgumentException if the library is not installed */
    public OpenBlas(int threads) {
        SymbolLookup library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        Linker linker = Linker.nativeLinker();
        sgemm = linker.downcallHandle(
                library.findOrThrow("cblas_sgemm"),
                FunctionDescriptor.ofVoid(
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT));
        MethodHandle setThreads = linker.downcallHandle(
                library.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT));
        try {
            setThreads.invokeExact(threads);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** C[m, n] = op(A) op(B), all row-major without gaps. */
    public void multiply(
            boolean turnA, boolean turnB, int m, int n, int k, MemorySegment a, MemorySegment b, MemorySegment c) {
        int opA = turnA ? TRANSPOSED : PLAIN;
        int opB = turnB ? TRANSPOSED : PLAIN;
        try {
            sgemm.invokeExact(ROW_MAJOR, opA, opB, m, n, k, 1f, a, turnA ? m : k, b, turnB ? k : n, 0f, c, n);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
