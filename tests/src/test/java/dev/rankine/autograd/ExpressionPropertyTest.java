package dev.rankine.autograd;

import static dev.rankine.autograd.op.Affine.affine;
import static dev.rankine.autograd.op.Exp.exp;
import static dev.rankine.autograd.op.Gelu.gelu;
import static dev.rankine.autograd.op.Matmul.matmul;
import static dev.rankine.autograd.op.Mean.meanKeeping;
import static dev.rankine.autograd.op.Permute.transpose;
import static dev.rankine.autograd.op.Sigmoid.sigmoid;
import static dev.rankine.autograd.op.Softmax.softmax;
import static dev.rankine.autograd.op.Tanh.tanh;

import dev.rankine.Corners;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;

/**
 * Gradients of random graphs: a program is a list of instructions, each of which takes two earlier values, so results
 * are shared, reused and left unused as they come.
 */
class ExpressionPropertyTest {
    /** What to do with the values at two places, counted back from the newest. */
    record Instruction(Kind kind, int left, int right) {}

    /** Smooth operations that map [N, N] to [N, N] and keep numbers small. */
    enum Kind {
        ADD,
        SUBTRACT,
        MULTIPLY,
        MATMUL,
        TRANSPOSE,
        CENTRE,
        SOFTMAX,
        TANH,
        SIGMOID,
        GELU,
        EXP
    }

    @Property(tries = 200)
    void theGradientIsThatOfCentralDifferences(
            @ForAll("programs") List<Instruction> program, @ForAll("sizes") int size, @ForAll long seed) {
        GradientCheck.check(
                program.toString(), in -> run(program, in), seed, point(size, seed, 0), point(size, seed, 1));
    }

    @Property(tries = 2000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theProgramsReachTheirCorners(@ForAll("programs") List<Instruction> program, @ForAll("sizes") int size) {
        Set<Integer> used = new HashSet<>();
        boolean shared = false;
        boolean squared = false;
        for (int i = 0; i < program.size(); i++) {
            int left = i + 1 - program.get(i).left() % (i + 2);
            int right = i + 1 - program.get(i).right() % (i + 2);
            squared |= left == right;
            shared |= !used.add(left) | (left != right && !used.add(right));
        }
        Corners.atLeast(40, "a value with several readers", shared);
        Corners.atLeast(30, "a value twice in one operation", squared);
        Corners.atLeast(30, "an unused value", used.size() < program.size() + 1);
        Corners.atLeast(2, "a single operation", program.size() == 1);
        Corners.atLeast(10, "ten operations and more", program.size() >= 10);
        Corners.atLeast(15, "one element", size == 1);
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.of(1, 2, 3);
    }

    @Provide
    Arbitrary<List<Instruction>> programs() {
        Arbitrary<Integer> places = Arbitraries.integers().between(0, 9);
        return Combinators.combine(Arbitraries.of(Kind.class), places, places)
                .as(Instruction::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(12);
    }

    private static Variable run(List<Instruction> program, Variable... inputs) {
        List<Variable> values = new ArrayList<>(List.of(inputs));
        for (Instruction instruction : program) {
            values.add(apply(
                    instruction.kind(), earlier(values, instruction.left()), earlier(values, instruction.right())));
        }
        return values.getLast();
    }

    private static Variable earlier(List<Variable> values, int back) {
        return values.get(values.size() - 1 - back % values.size());
    }

    private static Variable apply(Kind kind, Variable a, Variable b) {
        return switch (kind) {
            case ADD -> affine(a.plus(b), 0.5, 0);
            case SUBTRACT -> affine(a.minus(b), 0.5, 0.1);
            case MULTIPLY -> tanh(a.times(b));
            case MATMUL -> tanh(matmul(a, b));
            case TRANSPOSE -> transpose(a, 0, 1);
            case CENTRE -> a.minus(meanKeeping(b, 1));
            case SOFTMAX -> softmax(a);
            case TANH -> tanh(a);
            case SIGMOID -> sigmoid(a);
            case GELU -> gelu(a);
            case EXP -> exp(affine(sigmoid(a), -1, 0));
        };
    }

    private static Tensor point(int size, long seed, long stream) {
        double[] values = new double[size * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * Philox.uniform(seed, stream, 0, 0, i) - 1;
        }
        return Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(size, size), values);
    }
}
