package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Gelu;
import dev.rankine.autograd.op.GeluTanh;
import dev.rankine.autograd.op.Relu;
import dev.rankine.autograd.op.Silu;
import java.util.function.UnaryOperator;

/** The function between the two products of a feed-forward sublayer. */
public enum Activation {
    /** x Phi(x), exactly. */
    GELU(Gelu::gelu),
    /** Its approximation by tanh, called {@code gelu_new} by Hugging Face. */
    GELU_TANH(GeluTanh::geluTanh),
    /** max(0, x) */
    RELU(Relu::relu),
    /** x sigmoid(x) */
    SILU(Silu::silu);

    private final UnaryOperator<Variable> function;

    Activation(UnaryOperator<Variable> function) {
        this.function = function;
    }

    public Variable apply(Variable x) {
        return function.apply(x);
    }
}
