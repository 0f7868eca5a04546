package dev.rankine.autograd;

import static dev.rankine.autograd.op.Attention.attention;
import static dev.rankine.autograd.op.Clamp.clamp;
import static dev.rankine.autograd.op.Concatenate.concatenate;
import static dev.rankine.autograd.op.CrossEntropy.crossEntropy;
import static dev.rankine.autograd.op.DirectedLinear.directedLinear;
import static dev.rankine.autograd.op.Divide.divide;
import static dev.rankine.autograd.op.Dropout.dropout;
import static dev.rankine.autograd.op.Embedding.embedding;
import static dev.rankine.autograd.op.Expand.expand;
import static dev.rankine.autograd.op.LayerNorm.layerNorm;
import static dev.rankine.autograd.op.Linear.linear;
import static dev.rankine.autograd.op.LowRankLinear.lowRankLinear;
import static dev.rankine.autograd.op.Mean.mean;
import static dev.rankine.autograd.op.Permute.permute;
import static dev.rankine.autograd.op.Reshape.reshape;
import static dev.rankine.autograd.op.ResidualNorm.residualNorm;
import static dev.rankine.autograd.op.RmsNorm.rmsNorm;
import static dev.rankine.autograd.op.Rope.rope;
import static dev.rankine.autograd.op.ScaleColumns.scaleColumns;
import static dev.rankine.autograd.op.Slice.slice;
import static dev.rankine.autograd.op.Softmax.softmax;
import static dev.rankine.autograd.op.Sum.sum;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.op.LowRankLinear;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operands that do not fit: the message names the operation, the shapes and what is wrong. */
class OperationErrorTest {
    private static final Backend BACKEND = SpecCase.REFERENCE;

    private static Variable x(int... lengths) {
        return Variable.constant(Tensor.zeros(BACKEND, DType.F64, Shape.of(lengths)));
    }

    private static Tensor ids(long... ids) {
        return Tensor.ofLongs(BACKEND, Shape.of(ids.length), ids);
    }

    private static Arguments of(String message, ThrowingCallable call) {
        return Arguments.of(message, call);
    }

    static Stream<Arguments> mistakes() {
        Backend.Dropout forTwo = new Backend.Dropout(0.5, new Draw(ids(1, 2), 0, ids(0, 1)));
        return Stream.of(
                of("ADD: [2, 3] x [4]", () -> x(2, 3).plus(x(4))),
                of("DIVIDE: [2] x [3]", () -> divide(x(2), x(3))),
                of("matmul: [2, 3] x [4, 5]: inner dimensions 3 and 4 differ", () -> x(2, 3).matmul(x(4, 5))),
                of("linear: [2, 3] x [4, 5]", () -> linear(x(2, 3), x(4, 5), null)),
                of("linear: the bias must be [4], got [3]", () -> linear(x(2, 3), x(4, 3), x(3))),
                of("reshape: [2, 3] x [5]", () -> reshape(x(2, 3), Shape.of(5))),
                of("permute: [2, 3]: axis 0 twice", () -> permute(x(2, 3), 0, 0)),
                of("slice: [2, 3]: places 1 to 4 of axis 1", () -> slice(x(2, 3), 1, 1, 4)),
                of("expand: [2, 3] x [2, 4]", () -> expand(x(2, 3), Shape.of(2, 4))),
                of(
                        "concatenate: [2, 3] x [3, 3]: they differ on another axis than 1",
                        () -> concatenate(1, x(2, 3), x(3, 3))),
                of("concatenate: nothing", () -> concatenate(0)),
                of("sum: [2, 3]: an axis is named twice", () -> sum(x(2, 3), 1, -1)),
                of("axis 2 of shape [2, 3]", () -> sum(x(2, 3), 2)),
                of("mean: [2, 0]: no elements along axes [1]", () -> mean(x(2, 0), 1)),
                of("softmax: []", () -> softmax(x())),
                of(
                        "softmax: [2, 3] x [2, 1, 3]: the mask is larger",
                        () -> softmax(x(2, 3), x(2, 1, 3).data())),
                of("softmax: [2, 3] x [4]", () -> softmax(x(2, 3), x(4).data())),
                of("layerNorm: gamma must be [3], got [2]", () -> layerNorm(x(2, 3), x(2), x(3), 1e-5)),
                of("layerNorm: beta must be [3], got [1]", () -> layerNorm(x(2, 3), x(3), x(1), 1e-5)),
                of("layerNorm: [2, 0]: the last axis has no elements", () -> layerNorm(x(2, 0), x(0), x(0), 1e-5)),
                of("layerNorm: epsilon must be positive", () -> layerNorm(x(3), x(3), x(3), 0)),
                of("embedding: [3]: the table must be [V, D]", () -> embedding(ids(0), x(3))),
                of("embedding: ids must be I64", () -> embedding(x(2).data(), x(3, 2))),
                of("id 3", () -> embedding(ids(0, 3), x(3, 2))),
                of(
                        "attention: [2, 1, 3, 4] x [2, 2, 3, 4]",
                        () -> attention(x(2, 1, 3, 4), x(2, 2, 3, 4), x(2, 2, 3, 4), null, 1, null)),
                of(
                        "attention: [3, 1, 2, 4] x [2]: the first axis must count",
                        () -> attention(x(3, 1, 2, 4), x(3, 1, 2, 4), x(3, 1, 2, 4), null, 1, forTwo)),
                of("dropout: [3, 4] x [2]: the first axis must count", () -> dropout(x(3, 4), forTwo)),
                of("crossEntropy: [3]: logits must be [N, V]", () -> crossEntropy(x(3), ids(0))),
                of("crossEntropy: targets must be [2], got [1]", () -> crossEntropy(x(2, 3), ids(0))),
                of("crossEntropy: targets must be I64", () -> crossEntropy(x(2, 3), x(2).data())),
                of("id 3 at place [1]", () -> crossEntropy(x(2, 3), ids(0, 3))),
                of("clamp: the lower bound 1.0 is above", () -> clamp(x(2), 1, 0)),
                of("rmsNorm: gamma must be [3], got [2]", () -> rmsNorm(x(2, 3), x(2), 1e-5)),
                of("rmsNorm: [2, 0]: the last axis has no elements", () -> rmsNorm(x(2, 0), x(0), 1e-5)),
                of("rmsNorm: []", () -> rmsNorm(x(), x(1), 1e-5)),
                of("rmsNorm: epsilon must be positive", () -> rmsNorm(x(3), x(3), 0)),
                of(
                        "residualNorm: f must be [2, 3], got [3]",
                        () -> residualNorm(x(2, 3), x(3), x(3), x(3), 1e-5, null)),
                of(
                        "residualNorm: gamma must be [3], got [2]",
                        () -> residualNorm(x(2, 3), x(2, 3), x(2), x(3), 1e-5, null)),
                of(
                        "residualNorm: beta must be [3], got [1]",
                        () -> residualNorm(x(2, 3), x(2, 3), x(3), x(1), 1e-5, null)),
                of("residualNorm: epsilon must be positive", () -> residualNorm(x(3), x(3), x(3), x(3), 0, null)),
                of("directedLinear: [2, 3] x [4, 5]", () -> direct(x(4, 5), x(2, 5), x(4, 2), x(4))),
                of("directedLinear: A must be [2, 3], got [2, 5]", () -> direct(x(4, 3), x(2, 5), x(4, 2), x(4))),
                of("directedLinear: B must be [4, 2], got [4, 3]", () -> direct(x(4, 3), x(2, 3), x(4, 3), x(4))),
                of("directedLinear: f must be [4], got [3]", () -> direct(x(4, 3), x(2, 3), x(4, 2), x(3))),
                of(
                        "directedLinear: the bias must be [4], got [3]",
                        () -> directedLinear(x(2, 3), x(4, 3), x(2, 3), x(4, 2), x(4), x(3), 1)),
                of("scaleColumns: f must be [3], got [2]", () -> scaleColumns(x(2, 3), x(2), null)),
                of("scaleColumns: the bias must be [3], got [1]", () -> scaleColumns(x(2, 3), x(3), x(1))),
                of("rope: the sines must be [2, 1], got [2, 2]", () -> turn(x(2, 4), x(2, 1), x(2, 2))),
                of("rope: [2, 3] x [2, 2]: x must be [..., T, D]", () -> turn(x(2, 3), x(2, 2), x(2, 2))),
                of("rope: [4] x [2]: x must be [..., T, D]", () -> turn(x(4), x(2), x(2))),
                of("rope: [2, 4] x []", () -> turn(x(2, 4), x(), x())),
                of("rope: [2, 4] x [3, 2, 2]: the angles have more rows", () -> turn(x(2, 4), x(3, 2, 2), x(3, 2, 2))),
                of("lowRankLinear: [2, 3] x [4, 5]", () -> lowRank(x(2, 3), x(4, 5), null, x(2, 5), x(4, 2), null)),
                of(
                        "lowRankLinear: A must be [2, 3], got [2, 4]",
                        () -> lowRank(x(2, 3), x(4, 3), null, x(2, 4), x(4, 2), null)),
                of(
                        "lowRankLinear: B must be [4, 2], got [4, 1]",
                        () -> lowRank(x(2, 3), x(4, 3), null, x(2, 3), x(4, 1), null)),
                of(
                        "lowRankLinear: the bias must be [4], got [3]",
                        () -> lowRank(x(2, 3), x(4, 3), x(3), x(2, 3), x(4, 2), null)),
                of(
                        "lowRankLinear: the gates must be [2], got [4]",
                        () -> lowRank(x(2, 3), x(4, 3), x(4), x(2, 3), x(4, 2), x(4))));
    }

    private static Variable turn(Variable x, Variable cos, Variable sin) {
        return rope(x, cos.data(), sin.data());
    }

    private static Variable direct(Variable weight, Variable a, Variable b, Variable f) {
        return directedLinear(x(2, 3), weight, a, b, f, null, 1);
    }

    private static Variable lowRank(
            Variable x, Variable weight, @Nullable Variable bias, Variable a, Variable b, @Nullable Variable gates) {
        return lowRankLinear(x, weight, bias, new LowRankLinear.Change(a, b, gates), 1, null);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void saysWhatIsWrong(String message, ThrowingCallable call) {
        assertThatThrownBy(call).hasMessageContaining(message);
    }

    @Test
    void aResultOfAnEndedScopeIsNamedByTheOperationThatMadeIt() {
        Variable ended;
        try (Scope scope = Scope.open(BACKEND)) {
            ended = softmax(x(2, 3));
            scope.leases();
        }
        assertThatThrownBy(() -> ended.plus(ended)).hasMessageContaining("add").hasMessageContaining("'softmax'");
    }
}
