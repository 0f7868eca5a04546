package dev.rankine.autograd;

import dev.rankine.autograd.op.Absolute;
import dev.rankine.autograd.op.Add;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.Attention;
import dev.rankine.autograd.op.Clamp;
import dev.rankine.autograd.op.Concatenate;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.DirectedLinear;
import dev.rankine.autograd.op.Divide;
import dev.rankine.autograd.op.Dropout;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.autograd.op.Exp;
import dev.rankine.autograd.op.Expand;
import dev.rankine.autograd.op.Gelu;
import dev.rankine.autograd.op.GeluTanh;
import dev.rankine.autograd.op.LayerNorm;
import dev.rankine.autograd.op.Linear;
import dev.rankine.autograd.op.Log;
import dev.rankine.autograd.op.LowRankLinear;
import dev.rankine.autograd.op.Matmul;
import dev.rankine.autograd.op.Mean;
import dev.rankine.autograd.op.Multiply;
import dev.rankine.autograd.op.Negate;
import dev.rankine.autograd.op.OrthogonalityNorm;
import dev.rankine.autograd.op.OrthogonalityPenalty;
import dev.rankine.autograd.op.Permute;
import dev.rankine.autograd.op.Relu;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.ResidualNorm;
import dev.rankine.autograd.op.RmsNorm;
import dev.rankine.autograd.op.Rope;
import dev.rankine.autograd.op.ScaleColumns;
import dev.rankine.autograd.op.SequenceAttention;
import dev.rankine.autograd.op.Sigmoid;
import dev.rankine.autograd.op.Silu;
import dev.rankine.autograd.op.Slice;
import dev.rankine.autograd.op.Softmax;
import dev.rankine.autograd.op.Square;
import dev.rankine.autograd.op.SquareRoot;
import dev.rankine.autograd.op.Subtract;
import dev.rankine.autograd.op.Sum;
import dev.rankine.autograd.op.Tanh;
import java.util.List;

/** The registry of operations. A test fails if one is missing here. */
public final class Operations {
    private static final List<OpSpec> SPECS = List.of(
            Add.SPEC,
            Subtract.SPEC,
            Multiply.SPEC,
            Divide.SPEC,
            Affine.SPEC,
            Negate.SPEC,
            Absolute.SPEC,
            Square.SPEC,
            SquareRoot.SPEC,
            Exp.SPEC,
            Log.SPEC,
            Tanh.SPEC,
            Sigmoid.SPEC,
            Relu.SPEC,
            Gelu.SPEC,
            GeluTanh.SPEC,
            Silu.SPEC,
            Clamp.SPEC,
            Sum.SPEC,
            Mean.SPEC,
            Reshape.SPEC,
            Permute.SPEC,
            Slice.SPEC,
            Concatenate.SPEC,
            Expand.SPEC,
            Matmul.SPEC,
            Linear.SPEC,
            LowRankLinear.SPEC,
            DirectedLinear.SPEC,
            Softmax.SPEC,
            LayerNorm.SPEC,
            RmsNorm.SPEC,
            ResidualNorm.SPEC,
            ScaleColumns.SPEC,
            Rope.SPEC,
            Embedding.SPEC,
            Attention.SPEC,
            SequenceAttention.SPEC,
            Dropout.SPEC,
            CrossEntropy.SPEC,
            OrthogonalityNorm.SPEC,
            OrthogonalityPenalty.SPEC);

    private Operations() {}

    /** The specification of every operation, in the order of the table in the docs. */
    public static List<OpSpec> specs() {
        return SPECS;
    }
}
