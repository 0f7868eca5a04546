import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the kernels of {@code dev.rankine.tensor.vector} whose accumulators must be local variables, one by one: C2
 * keeps a vector in a register only if it never passes through an array or a method that was not inlined.
 *
 * <p>Run {@code java tensor/src/main/generator/KernelGenerator.java FOLDER SOURCES} with the folder of that package twice.
 * The files are committed; a test holds them equal to what this program writes.
 */
public final class KernelGenerator extends KernelText {
    private static final int[] TILE_ROWS = {6, 4};

    /** Writes every generated file into the folder named by the first argument; the second holds the functions' sources. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Files.writeString(folder.resolve("QuadTiles.java"), new KernelGenerator().tiles("QuadTiles", 4));
        Files.writeString(folder.resolve("DeepTiles.java"), new KernelGenerator().deepTiles("DeepTiles", 4));
        Files.writeString(folder.resolve("WideTiles.java"), new KernelGenerator().tiles("WideTiles", 2));
        Files.writeString(folder.resolve("NarrowTiles.java"), new KernelGenerator().tiles("NarrowTiles", 1));
        Files.writeString(folder.resolve("QuadRowTiles.java"), new KernelGenerator().rowTiles("QuadRowTiles", 4));
        Files.writeString(folder.resolve("WideRowTiles.java"), new KernelGenerator().rowTiles("WideRowTiles", 2));
        Files.writeString(folder.resolve("NarrowRowTiles.java"), new KernelGenerator().rowTiles("NarrowRowTiles", 1));
        Files.writeString(folder.resolve("DotTiles.java"), new KernelGenerator().dots());
        Files.writeString(folder.resolve("RegisterTranspose.java"), new KernelGenerator().transposes());
        Files.writeString(folder.resolve("RankEightUpdate.java"), new KernelGenerator().rankEight());
        SpelledOut functions = new SpelledOut(Path.of(arguments[1]));
        Files.writeString(folder.resolve("MapKernels.java"), new FunctionGenerator(functions).maps());
        Files.writeString(folder.resolve("ZipKernels.java"), new FunctionGenerator(functions).zips());
        Files.writeString(folder.resolve("Exponentials.java"), new FunctionGenerator(functions).exponentials());
    }

    private static String at(String base, int times, String stride) {
        if (times < 2) {
            return times == 0 ? base : base + " + " + stride;
        }
        return base + " + " + times + (stride.equals("BYTES") ? "L * " : " * ") + stride;
    }

    // ---- C tile = rows of A times a panel of B -------------------------------------------------------------------

    private String tiles(String name, int vectors) {
        tilesHeader(
                vectors,
                "Micro-kernels of the blocked product: a tile of C, some rows by " + width(vectors),
                "A is packed with the numbers of one k side by side; B is read a row per k, {@code bStep} bytes apart.",
                "");
        line(0, "final class " + name + " {");
        line(1, "private " + name + "() {}");
        for (int rows : TILE_ROWS) {
            tile("rows", rows, vectors, 1, "" + rows, "1");
        }
        line(0, "}");
        return text();
    }

    private String deepTiles(String name, int vectors) {
        tilesHeader(
                vectors,
                "The largest micro-kernel again: a tile of C, six rows by " + width(vectors),
                "It takes two steps in a round: fewer instructions, but the JIT needs three times as long, see {@link DeepKernel}.",
                "");
        line(0, "final class " + name + " {");
        line(1, "private " + name + "() {}");
        tile("rows", TILE_ROWS[0], vectors, 2, "" + TILE_ROWS[0], "1");
        line(0, "}");
        return text();
    }

    private String rowTiles(String name, int vectors) {
        tilesHeader(
                vectors,
                "Micro-kernels of a head's products: a tile of C, some rows by " + width(vectors),
                "A is packed in plain rows {@link HeadProduct#ROW_STRIDE} floats apart, which run along k, or along C's rows where",
                "the method is one of {@code turned}; B is read a row per k, {@code bStep} bytes apart.",
                "");
        line(0, "final class " + name + " {");
        line(1, "private static final int S = HeadProduct.ROW_STRIDE;");
        line(0, "");
        line(1, "private " + name + "() {}");
        for (int rows : TILE_ROWS) {
            tile("rows", rows, vectors, 1, "1", "S");
        }
        for (int rows : TILE_ROWS) {
            tile("turned", rows, vectors, 1, "S", "1");
        }
        line(0, "}");
        return text();
    }

    private void tilesHeader(int vectors, String... description) {
        header(
                vectors == 1 ? List.of("ALL", "ORDER", "SPECIES") : List.of("ALL", "BYTES", "ORDER", "SPECIES"),
                List.of(
                        "java.util.Objects",
                        "jdk.incubator.vector.FloatVector",
                        "jdk.incubator.vector.VectorOperators"),
                description);
    }

    private static String width(int vectors) {
        return vectors + (vectors == 1 ? " vector" : " vectors") + " wide, is held in registers while k runs.";
    }

    /**
     * Few steps of k a round: two need fewer instructions than one, but the second JIT compiler three times as long. The check of
     * each bounds the address, so that the compiler drops its own of every load.
     */
    private void tile(String name, int rows, int vectors, int steps, String kStep, String rowStep) {
        line(0, "");
        line(1, "static void " + name + rows
                + "(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {");
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < vectors; j++) {
                line(2, "FloatVector c" + i + "x" + j + " = " + load(place("from", "fromStep", i, j)) + ";");
            }
        }
        line(2, "int end = at + " + (kStep.equals("1") ? "kc;" : kStep + " * kc;"));
        if (steps == 1) {
            line(2, "for (int i = at; i < end; i" + (kStep.equals("1") ? "++" : " += " + kStep) + ") {");
            tileStep(3, rows, vectors, rowStep);
        } else {
            line(2, "int k = at;");
            line(2, "if (kc % " + steps + " > 0) {");
            line(3, "int i = k;");
            tileStep(3, rows, vectors, rowStep);
            line(3, "k += " + kStep + ";");
            line(2, "}");
            line(2, "for (; k < end; k += " + steps + " * " + kStep + ") {");
            for (int step = 0; step < steps; step++) {
                line(3, "{");
                line(4, "int i = " + at("k", step, kStep) + ";");
                tileStep(4, rows, vectors, rowStep);
                line(3, "}");
            }
        }
        line(2, "}");
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < vectors; j++) {
                line(2, "c" + i + "x" + j + ".intoMemorySegment(ALL, " + place("c", "cStep", i, j) + ", ORDER);");
            }
        }
        line(1, "}");
    }

    /** One step of k. */
    private void tileStep(int depth, int rows, int vectors, String rowStep) {
        line(depth, "long p = Objects.checkIndex(b, Lanes.ADDRESSES);");
        for (int j = 0; j < vectors; j++) {
            line(depth, "FloatVector b" + j + " = " + load(at("p", j, "BYTES")) + ";");
        }
        for (int i = 0; i < rows; i++) {
            line(depth, "FloatVector a" + i + " = FloatVector.broadcast(SPECIES, a["
                    + (rowStep.equals("1") && i > 0 ? "i + " + i : at("i", i, rowStep)) + "]);");
            for (int j = 0; j < vectors; j++) {
                String sum = "c" + i + "x" + j;
                line(depth, sum + " = a" + i + ".lanewise(VectorOperators.FMA, b" + j + ", " + sum + ");");
            }
        }
        line(depth, "b += bStep;");
    }

    private static String place(String base, String step, int row, int vector) {
        return at(at(base, row, step), vector, "BYTES");
    }

    // ---- two rows of A against half as many columns as there are lanes -----------------------------------------------

    private String dots() {
        header(
                List.of("ALL", "BYTES", "ORDER", "SPECIES"),
                "Dot products for narrow results: two rows of A against L/2 columns of B, both running along k, so that",
                "the L accumulators fold into one vector, which is stored: the sums of the first row in its lower half, of",
                "the second in its upper. The fold is the tree of {@link Interleave}, which depends on nothing but L.",
                "");
        line(0, "final class DotTiles {");
        line(1, "private DotTiles() {}");
        for (int lanes : new int[] {16, 8, 4}) {
            dot(lanes);
        }
        line(0, "}");
        return text();
    }

    private void dot(int lanes) {
        int columns = lanes / 2;
        line(0, "");
        line(1, "/** k runs over {@code steps} vectors. */");
        line(1, "static void dots" + lanes + "(int steps, long a, long aStep, long b, long bStep, long to) {");
        line(2, "FloatVector zero = FloatVector.zero(SPECIES);");
        for (int i = 0; i < lanes; i++) {
            line(2, "FloatVector s" + i + " = zero;");
        }
        line(2, "for (int k = 0; k < steps; k++) {");
        dotStep(columns, load("a"), load("a + aStep"));
        line(3, "a += BYTES;");
        line(3, "b += BYTES;");
        line(2, "}");
        for (int step = lanes / 2; step > 0; step /= 2) {
            for (int i = 0; i < step; i++) {
                String pair = "(s" + i + ", s" + (i + step) + ")";
                line(2, "s" + i + " = Interleave.LOWER_" + step + ".selectFrom" + pair + ".add(Interleave.UPPER_" + step
                        + ".selectFrom" + pair + ");");
            }
        }
        line(2, "s0.intoMemorySegment(ALL, to, ORDER);");
        line(1, "}");
    }

    private void dotStep(int columns, String first, String second) {
        line(3, "FloatVector a0 = " + first + ";");
        line(3, "FloatVector a1 = " + second + ";");
        for (int j = 0; j < columns; j++) {
            line(3, "FloatVector b" + j + " = " + load(at("b", j, "bStep")) + ";");
            line(3, "s" + j + " = a0.fma(b" + j + ", s" + j + ");");
            line(3, "s" + (j + columns) + " = a1.fma(b" + j + ", s" + (j + columns) + ");");
        }
    }

    // ---- L x L transposes ----------------------------------------------------------------------------------------

    private String transposes() {
        header(
                List.of("ALL", "BYTES", "COUNT", "INTS", "ORDER"),
                List.of("jdk.incubator.vector.IntVector"),
                "Transposes squares of as many rows as a vector has lanes, all in registers: each round exchanges the off-diagonal",
                "blocks of half the size by two-vector permutes. Floats pass as integers, as which their indices are used.",
                "Some rows are interleaved likewise.",
                "");
        line(0, "final class RegisterTranspose {");
        line(1, "private RegisterTranspose() {}");
        for (int lanes : new int[] {16, 8, 4}) {
            square(lanes);
        }
        interleave(6);
        interleave(4);
        line(0, "}");
        return text();
    }

    private void square(int lanes) {
        line(0, "");
        line(1, "static void square" + lanes + "(long from, long fromStep, long to, long toStep) {");
        for (int i = 0; i < lanes; i++) {
            line(2, "IntVector r" + i + " = " + loadInts(at("from", i, "fromStep")) + ";");
        }
        line(2, "IntVector lower;");
        for (int step = lanes / 2; step > 0; step /= 2) {
            for (int i = 0; i < lanes; i++) {
                if ((i & step) == 0) {
                    exchange(step, i, i + step);
                }
            }
        }
        for (int i = 0; i < lanes; i++) {
            line(2, "r" + i + ".intoMemorySegment(ALL, " + at("to", i, "toStep") + ", ORDER);");
        }
        line(1, "}");
    }

    private void exchange(int step, int i, int j) {
        String pair = "(r" + i + ", r" + j + ")";
        line(2, "lower = Interleave.LOWER_" + step + "_INTS.selectFrom" + pair + ";");
        line(2, "r" + j + " = Interleave.UPPER_" + step + "_INTS.selectFrom" + pair + ";");
        line(2, "r" + i + " = lower;");
    }

    /**
     * Rows of A into the order in which a tile reads them: pairs, fours, and of fours and pairs sixes. The end is asked for by !=, so that
     * the compiler takes this for no counted loop, before which it would place its checks: often there are few rounds.
     */
    private void interleave(int rows) {
        line(0, "");
        line(1, "/** Puts the numbers of " + rows + " rows for each k side by side, {@code vectors} vectors of each row. */");
        String addresses = IntStream.range(0, rows).mapToObj(i -> "long r" + i).collect(Collectors.joining(", "));
        line(1, "static void interleave" + rows + "(int vectors, " + addresses + ", float[] to, int at) {");
        line(2, "int end = at + " + rows + " * COUNT * vectors;");
        line(2, "while (at != end) {");
        for (int i = 0; i < rows; i++) {
            line(3, "IntVector v" + i + " = " + loadInts("r" + i) + ";");
        }
        for (int i = 0; i < rows / 2; i++) {
            zip("p" + i, "q" + i, 1, "v" + 2 * i, "v" + (2 * i + 1));
        }
        zip("f0", "f1", 2, "p0", "p1");
        zip("f2", "f3", 2, "q0", "q1");
        if (rows == 6) {
            sixes(0, "f0", "f1", "p2");
            sixes(3, "f2", "f3", "q2");
        } else {
            for (int i = 0; i < 4; i++) {
                line(3, "f" + i + ".reinterpretAsFloats().intoArray(to, " + at("at", i, "COUNT") + ");");
            }
        }
        for (int i = 0; i < rows; i++) {
            line(3, "r" + i + " += BYTES;");
        }
        line(3, "at += " + rows + " * COUNT;");
        line(2, "}");
        line(1, "}");
    }

    private static String loadInts(String address) {
        return "IntVector.fromMemorySegment(INTS, ALL, " + address + ", ORDER)";
    }

    private void sixes(int place, String fours, String moreFours, String pairs) {
        String between = "s" + place;
        line(3, "IntVector " + between + " = Interleave.SIX_FOURS.selectFrom(" + fours + ", " + moreFours + ");");
        String[] from = {fours, between, moreFours};
        for (int i = 0; i < 3; i++) {
            line(3, "Interleave.SIX_" + i + ".selectFrom(" + from[i] + ", " + pairs + ").reinterpretAsFloats().intoArray(to, " + at("at", place + i, "COUNT") + ");");
        }
    }

    private void zip(String lower, String upper, int step, String first, String second) {
        String pair = step + ".selectFrom(" + first + ", " + second + ");";
        line(3, "IntVector " + lower + " = Interleave.ZIP_LOWER_" + pair);
        line(3, "IntVector " + upper + " = Interleave.ZIP_UPPER_" + pair);
    }

    // ---- K = 8 -------------------------------------------------------------------------------------------------------

    private String rankEight() {
        header(
                List.of("ALL", "BYTES", "ORDER", "SPECIES"),
                "The product with an inner dimension of 8, the up-projection of the usual low-rank update: a panel of B,",
                "8 rows by 2 vectors, stays in 16 registers while the rows of A and C stream by.",
                "");
        line(0, "final class RankEightUpdate {");
        line(1, "private RankEightUpdate() {}");
        line(0, "");
        line(1, "static void rows(int rows, long a, long aStep, long b, long bStep, long c, long cStep, boolean add) {");
        for (int k = 0; k < 8; k++) {
            for (int j = 0; j < 2; j++) {
                line(2, "FloatVector b" + k + "x" + j + " = " + load(place("b", "bStep", k, j)) + ";");
            }
        }
        line(2, "for (int i = 0; i < rows; i++) {");
        for (int k = 0; k < 8; k++) {
            line(3, "FloatVector a" + k + " = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, "
                    + (k == 0 ? "a" : "a + " + 4 * k) + "));");
            for (int j = 0; j < 2; j++) {
                line(3, k == 0
                        ? "FloatVector c" + j + " = b0x" + j + ".mul(a0);"
                        : "c" + j + " = b" + k + "x" + j + ".fma(a" + k + ", c" + j + ");");
            }
        }
        line(3, "if (add) {");
        for (int j = 0; j < 2; j++) {
            String place = at("c", j, "BYTES");
            line(4, "FloatVector before" + j + " = " + load(place) + ";");
            line(4, "c" + j + ".add(before" + j + ").intoMemorySegment(ALL, " + place + ", ORDER);");
        }
        line(3, "} else {");
        for (int j = 0; j < 2; j++) {
            line(4, "c" + j + ".intoMemorySegment(ALL, " + at("c", j, "BYTES") + ", ORDER);");
        }
        line(3, "}");
        line(3, "a += aStep;");
        line(3, "c += cStep;");
        line(2, "}");
        line(1, "}");
        line(0, "}");
        return text();
    }
}
