package dev.rankine.autograd;

import static dev.rankine.autograd.op.Affine.scale;
import static dev.rankine.autograd.op.Attention.attention;
import static dev.rankine.autograd.op.Clamp.clamp;
import static dev.rankine.autograd.op.Embedding.embedding;
import static dev.rankine.autograd.op.Matmul.matmul;
import static dev.rankine.autograd.op.Mean.mean;
import static dev.rankine.autograd.op.Mean.meanKeeping;
import static dev.rankine.autograd.op.Permute.transpose;
import static dev.rankine.autograd.op.Softmax.softmax;
import static dev.rankine.autograd.op.Sum.sum;
import static dev.rankine.autograd.op.Sum.sumKeeping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Settings of operations other than those of their specifications. */
class VariantTest {
    private static Tensor random(int... lengths) {
        return SpecCase.cotangent(Tensor.zeros(SpecCase.REFERENCE, DType.F64, Shape.of(lengths)), lengths.length);
    }

    private static Tensor matrix(double... values) {
        return Tensor.of(SpecCase.REFERENCE, DType.F64, Shape.of(2, values.length / 2), values);
    }

    @Test
    void axesAreDroppedOrKept() {
        Variable x = Variable.constant(matrix(1, 2, 3, 4, 5, 6));
        assertThat(sum(x).shape()).isEqualTo(Shape.of());
        assertThat(sum(x).data().item()).isEqualTo(21);
        assertThat(sumKeeping(x).shape()).isEqualTo(Shape.of(1, 1));
        assertThat(sumKeeping(x, -1).shape()).isEqualTo(Shape.of(2, 1));
        assertThat(sum(x, 0).data().toDoubles()).containsExactly(5, 7, 9);
        assertThat(mean(x).data().item()).isEqualTo(3.5);
        assertThat(meanKeeping(x, 1).shape()).isEqualTo(Shape.of(2, 1));
        assertThat(meanKeeping(x, 1).data().toDoubles()).containsExactly(2, 5);
        assertThat(mean(x, 1, 0).data().item()).isEqualTo(3.5);
    }

    @Test
    void theirGradientsToo() {
        GradientCheck.check("sum over all", in -> sum(in[0]), 1, random(2, 3, 4));
        GradientCheck.check("sum over two", in -> sum(in[0], 0, 2), 1, random(2, 3, 4));
        GradientCheck.check("sumKeeping", in -> sumKeeping(in[0], 0, -1), 1, random(2, 3, 4));
        GradientCheck.check("mean over all", in -> mean(in[0]), 1, random(2, 3, 4));
        GradientCheck.check("meanKeeping", in -> meanKeeping(in[0], 1), 1, random(2, 3, 4));
    }

    @Test
    void scaleHasNoShift() {
        assertThat(scale(Variable.constant(matrix(1, -2)), 3).data().toDoubles())
                .containsExactly(3, -6);
    }

    @Test
    void bothBoundsOfAClampMayBeEqual() {
        assertThat(clamp(Variable.constant(matrix(1, -2)), 0.5, 0.5).data().toDoubles())
                .containsOnly(0.5);
    }

    @Test
    void productsOfTransposedViews() {
        GradientCheck.check("a^T b", in -> matmul(transpose(in[0], 0, 1), in[1]), 1, random(3, 2), random(3, 4));
        GradientCheck.check("a b^T", in -> matmul(in[0], transpose(in[1], -1, -2)), 1, random(5, 2, 3), random(4, 3));
        GradientCheck.check(
                "a^T b^T",
                in -> matmul(transpose(in[0], 1, 2), transpose(in[1], 0, 1)),
                1,
                random(5, 3, 2),
                random(4, 3));
    }

    @Test
    void softmaxWithoutMaskSumsToOneAndDoesNotOverflow() {
        Variable x = Variable.constant(matrix(1000, 1001, -1000, 0, 0, 0));
        double[] y = softmax(x).data().toDoubles();
        assertThat(Arrays.stream(y).sum()).isCloseTo(2, within(1e-12));
        assertThat(y[1]).isCloseTo(1 / (1 + Math.exp(-1)), within(1e-12));
        GradientCheck.check("softmax", in -> softmax(in[0]), 1, random(3, 5));
    }

    @Test
    void aRowWithEveryElementMaskedGivesZeroAndGradientZero() {
        Tensor mask = matrix(0, 0, 1, 0);
        Variable x = Variable.parameter(matrix(1, 2, 3, 4));
        Variable y = softmax(x, mask);
        assertThat(y.data().toDoubles()).containsExactly(0, 0, 1, 0);
        y.backward(matrix(1, 2, 3, 4));
        Tensor gradient = x.gradient();
        assertThat(gradient).isNotNull();
        assertThat(gradient.toDoubles()).containsOnly(0);
    }

    @Test
    void attentionWithoutMaskAndDropoutIsItsComposition() {
        Tensor[] points = {random(2, 3, 4, 5), random(2, 3, 6, 5), random(2, 3, 6, 5)};
        OpSpec.Function fused = in -> attention(in[0], in[1], in[2], null, 0.5, null);
        GradientCheck.check("attention", fused, 1, points);
        Variable[] in = Arrays.stream(points).map(Variable::constant).toArray(Variable[]::new);
        Variable scores = scale(matmul(in[0], transpose(in[1], -1, -2)), 0.5);
        double[] expected = matmul(softmax(scores), in[2]).data().toDoubles();
        assertThat(fused.apply(in).data().toDoubles()).containsExactly(expected, within(1e-13));
    }

    @Test
    void aTableStoredInHalfPrecisionGivesFloats() {
        Tensor ids = Tensor.ofLongs(SpecCase.REFERENCE, Shape.of(3), 1, 0, 1);
        Tensor table = Tensor.of(SpecCase.REFERENCE, Shape.of(2, 2), 0.5f, -1.25f, 2, 3);
        for (DType stored : new DType[] {DType.F16, DType.BF16}) {
            Variable y = embedding(ids, Variable.constant(table.clone(stored)));
            assertThat(y.data().dtype()).isEqualTo(DType.F32);
            assertThat(y.data().toFloats()).containsExactly(2, 3, 0.5f, -1.25f, 2, 3);
        }
    }

    @Test
    void noIdsAtAllGiveAGradientOfZeros() {
        Variable table = Variable.parameter(random(3, 2));
        embedding(Tensor.ofLongs(SpecCase.REFERENCE, Shape.of(0)), table).sum().backward();
        Tensor gradient = table.gradient();
        assertThat(gradient).isNotNull();
        assertThat(gradient.toDoubles()).containsOnly(0);
    }
}
