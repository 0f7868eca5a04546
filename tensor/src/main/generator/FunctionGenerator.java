import java.util.List;
import java.util.Locale;

/** Writes the loops with elementary functions. */
final class FunctionGenerator extends KernelText {
    /** The functions of one number and their vectors, in the order of {@code Unary}. */
    private static final String[][] UNARY = {
        {"NEGATE", "x.neg()"},
        {"ABSOLUTE", "x.abs()"},
        {"SIGN", "VectorMath.sign(x)"},
        {"STEP", "VectorMath.step(x)"},
        {"SQUARE", "x.mul(x)"},
        {"SQUARE_ROOT", "x.sqrt()"},
        {"RECIPROCAL", "VectorMath.ONE.div(x)"},
        {"EXP", "VectorMath.exp(x)"},
        {"LOG", "VectorMath.log(x)"},
        {"TANH", "VectorMath.tanh(x)"},
        {"SIGMOID", "VectorMath.sigmoid(x)"},
        {"RELU", "x.max(VectorMath.ZERO)"},
        {"GELU", "VectorMath.gelu(x)"},
        {"GELU_TANH", "VectorMath.geluTanh(x)"},
    };

    /** The functions of two numbers, in the order of {@code Binary}. */
    private static final String[][] BINARY = {
        {"ADD", "a.add(b)"},
        {"SUBTRACT", "a.sub(b)"},
        {"MULTIPLY", "a.mul(b)"},
        {"DIVIDE", "a.div(b)"},
        {"MINIMUM", "a.min(b)"},
        {"MAXIMUM", "a.max(b)"},
        {"TANH_BACKWARD", "a.neg().fma(a, VectorMath.ONE).mul(b)"},
        {"SIGMOID_BACKWARD", "VectorMath.ONE.sub(a).mul(a).mul(b)"},
        {"RELU_BACKWARD", "VectorMath.whereAbove0(a, b)"},
        {"GELU_BACKWARD", "VectorMath.geluDerivative(a).mul(b)"},
        {"GELU_TANH_BACKWARD", "VectorMath.geluTanhDerivative(a).mul(b)"},
    };

    private final SpelledOut functions;

    FunctionGenerator(SpelledOut functions) {
        this.functions = functions;
    }

    private static String camel(String name) {
        StringBuilder camel = new StringBuilder();
        for (String part : name.toLowerCase(Locale.ROOT).split("_")) {
            camel.append(camel.isEmpty() ? part : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
        }
        return camel.toString();
    }

    String maps() {
        header(
                List.of("ALL", "BYTES", "ORDER", "SPECIES"),
                List.of("dev.rankine.tensor.Unary", "jdk.incubator.vector.FloatVector", "jdk.incubator.vector.VectorOperators"),
                "y = f(x) over whole vectors. Each function has a loop of its own, since a loop that is told its function",
                "is compiled for all of them at once.",
                "");
        line(0, "final class MapKernels {");
        line(1, "private MapKernels() {}");
        line(0, "");
        line(1, "/** {@code vectors} vectors from address x to y, which may be the same. */");
        line(1, "static void run(Unary function, long x, long y, int vectors) {");
        line(2, "switch (function) {");
        for (String[] function : UNARY) {
            line(3, "case " + function[0] + " -> " + camel(function[0]) + "(x, y, vectors);");
        }
        line(2, "}");
        line(1, "}");
        for (String[] function : UNARY) {
            line(0, "");
            line(1, "private static void " + camel(function[0]) + "(long from, long to, int vectors) {");
            line(2, "for (int i = 0; i < vectors; i++) {");
            line(3, "FloatVector x = " + load("from") + ";");
            functions.lines(function[1], "y").forEach(code -> line(3, code));
            line(3, "y.intoMemorySegment(ALL, to, ORDER);");
            line(3, "from += BYTES;");
            line(3, "to += BYTES;");
            line(2, "}");
            line(1, "}");
        }
        line(0, "}");
        return text();
    }

    String zips() {
        header(
                List.of("ALL", "BYTES", "ORDER", "SPECIES"),
                List.of("dev.rankine.tensor.Binary", "jdk.incubator.vector.FloatVector", "jdk.incubator.vector.VectorOperators"),
                "y = f(a, b) over whole vectors, a loop for each function. A step of 0 bytes reads the same vector again,",
                "for an operand that is one repeated number.",
                "");
        line(0, "final class ZipKernels {");
        line(1, "private ZipKernels() {}");
        line(0, "");
        line(1, "/** {@code vectors} vectors from addresses a and b to y, which may be one of them. */");
        line(1, "static void run(Binary function, long a, long aStep, long b, long bStep, long y, int vectors) {");
        line(2, "switch (function) {");
        for (String[] function : BINARY) {
            line(3, "case " + function[0] + " -> " + camel(function[0]) + "(a, aStep, b, bStep, y, vectors);");
        }
        line(2, "}");
        line(1, "}");
        for (String[] function : BINARY) {
            line(0, "");
            line(1, "private static void " + camel(function[0])
                    + "(long left, long aStep, long right, long bStep, long to, int vectors) {");
            line(2, "for (int i = 0; i < vectors; i++) {");
            line(3, "FloatVector a = " + load("left") + ";");
            line(3, "FloatVector b = " + load("right") + ";");
            functions.lines(function[1], "y").forEach(code -> line(3, code));
            line(3, "y.intoMemorySegment(ALL, to, ORDER);");
            line(3, "left += aStep;");
            line(3, "right += bStep;");
            line(3, "to += BYTES;");
            line(2, "}");
            line(1, "}");
        }
        line(0, "}");
        return text();
    }

    // ---- the heart of softmax ----------------------------------------------------------------------------------------

    String exponentials() {
        header(
                List.of("ALL", "COUNT", "ORDER", "SPECIES"),
                List.of("jdk.incubator.vector.FloatVector", "jdk.incubator.vector.VectorMask", "jdk.incubator.vector.VectorOperators"),
                "Exponentials of a row and their sum. Rows of whole vectors have a loop of their own, large enough for the JIT to leave",
                "it a method: one that was compiled for them and meets another row is compiled again, with vectors that are objects.",
                "");
        line(0, "final class Exponentials {");
        line(1, "private Exponentials() {}");
        line(0, "");
        line(1, "/** y = e^(x - max) for x <= max; gives the sum of y. */");
        line(1, "static float run(long x, float max, long y, int count) {");
        line(2, "return count % COUNT == 0 ? whole(x, max, y, count) : masked(x, max, y, count);");
        line(1, "}");
        exponentials("whole", "");
        exponentials("masked", ", inside");
        line(0, "}");
        return text();
    }

    private void exponentials(String name, String mask) {
        line(0, "");
        line(1, "private static float " + name + "(long x, float max, long y, int count) {");
        line(2, "FloatVector sum = FloatVector.zero(SPECIES);");
        line(2, "for (int i = 0; i < count; i += COUNT) {");
        if (!mask.isEmpty()) {
            line(3, "VectorMask<Float> inside = SPECIES.indexInRange(i, count);");
        }
        line(3, "long place = 4L * i;");
        line(3, "FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, ALL, x + place, ORDER" + mask + ");");
        functions.lines("VectorMath.expOfNegative(x0.sub(max))", "e").forEach(code -> line(3, code));
        line(3, "e.intoMemorySegment(ALL, y + place, ORDER" + mask + ");");
        line(3, "sum = " + (mask.isEmpty() ? "e" : "VectorMath.ZERO.blend(e, inside)") + ".add(sum);");
        line(2, "}");
        line(2, "if (COUNT > 16) {");
        line(3, "return Lanes.sum(sum);");
        line(2, "}");
        for (int lanes : new int[] {16, 8}) {
            line(2, "if (COUNT >= " + lanes + ") {");
            line(3, "sum = Interleave.UPPER_" + lanes / 2 + ".selectFrom(sum, sum).add(sum);");
            line(2, "}");
        }
        line(2, "sum = Interleave.UPPER_2.selectFrom(sum, sum).add(sum);");
        line(2, "return Interleave.UPPER_1.selectFrom(sum, sum).add(sum).lane(0);");
        line(1, "}");
    }
}
