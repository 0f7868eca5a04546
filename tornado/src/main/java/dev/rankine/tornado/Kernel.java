package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The kernels that compute. Every one takes the same arguments, finds the numbers of its call through {@link Block}, and is
 * therefore compiled once, whatever the shapes.
 */
enum Kernel {
    MAP(ElementKernels::map),
    AFFINE(ElementKernels::affine),
    FILL(ElementKernels::fill),
    ZIP(ElementKernels::zip),
    ADAM_W(ElementKernels::adamW),
    REDUCE_MANY(ReductionKernels::many),
    REDUCE_FEW(ReductionKernels::few),
    PRODUCT_SMALL(ProductKernels::small),
    PRODUCT_LARGE(ProductKernels::large),
    PRODUCT_WIDE(WideProductKernel::product),
    PRODUCT_END(ProductKernels::end),
    GATHER(IndexKernels::gather),
    ONE_HOT(IndexKernels::oneHot),
    SCATTER_ADD(IndexKernels::scatterAdd),
    UNIFORM(RandomKernels::draw),
    DROP(RandomKernels::drop),
    SOFTMAX(RowKernels::softmax),
    SOFTMAX_BACKWARD(RowKernels::softmaxBackward),
    CROSS_ENTROPY(RowKernels::crossEntropy),
    ATTENTION(AttentionKernels::forward),
    ATTENTION_QUERIES(AttentionGradients::queries),
    ATTENTION_KEYS(AttentionGradients::keys),
    NORM(NormKernels::forward),
    NORM_BACKWARD(NormKernels::backward),
    NORM_PARAMETERS(ColumnKernels::normParameters),
    SCALE_COLUMNS(ColumnKernels::scale),
    SCALE_COLUMNS_BACKWARD(ColumnKernels::scaleBackward);

    /** The code of a kernel. */
    interface Code extends Task6<KernelContext, FloatArray, IntArray, IntArray, FloatArray, IntArray> {}

    private final Code code;

    Kernel(Code code) {
        this.code = code;
    }

    Code code() {
        return code;
    }
}
