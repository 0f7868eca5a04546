package dev.rankine.tensor;

/**
 * Functions of two numbers, for {@link Backend#zip}. The {@code _BACKWARD} functions take what the forward pass saved
 * (named first) and the gradient of the result, and give the gradient of the argument.
 */
public enum Binary {
    /** a + b */
    ADD,
    /** a - b */
    SUBTRACT,
    /** a b */
    MULTIPLY,
    /** a / b */
    DIVIDE,
    /** The smaller; NaN if either is. */
    MINIMUM,
    /** The larger; NaN if either is. */
    MAXIMUM,
    /** (y, dY): dX = dY (1 - y^2) for y = tanh x */
    TANH_BACKWARD,
    /** (y, dY): dX = dY y (1 - y) for y = sigmoid x */
    SIGMOID_BACKWARD,
    /** (x, dY): dX = dY for x > 0, else 0 */
    RELU_BACKWARD,
    /** (x, dY): dX = dY (Phi(x) + x phi(x)) */
    GELU_BACKWARD,
    /** (x, dY): the derivative of {@link Unary#GELU_TANH} times dY */
    GELU_TANH_BACKWARD
}
