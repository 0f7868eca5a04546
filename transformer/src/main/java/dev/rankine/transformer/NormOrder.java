package dev.rankine.transformer;

/** Where layer norm stands in a sublayer (Xiong et al. 2020, "On layer normalization in the transformer architecture"). */
public enum NormOrder {
    /** x = x + f(norm(x)), with one more norm at the end of the stack, as in mBART. */
    PRE,
    /** x = norm(x + f(x)), as in BART. */
    POST
}
