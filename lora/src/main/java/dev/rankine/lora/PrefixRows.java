package dev.rankine.lora;

import static dev.rankine.autograd.op.Slice.slice;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Linear;
import dev.rankine.autograd.op.Tanh;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the l keys and the l values of a prefix come from. */
sealed interface PrefixRows {
    /** [l, C] */
    Variable keys();

    /** [l, C] */
    Variable values();

    /** What is trained, by name. */
    Map<String, Variable> parameters(String path);

    /** The rows themselves. */
    record Direct(Variable keys, Variable values) implements PrefixRows {
        static final String KEYS = ".keys";
        static final String VALUES = ".values";

        @Override
        public Map<String, Variable> parameters(String path) {
            Map<String, Variable> parameters = new LinkedHashMap<>();
            parameters.put(path + KEYS, keys);
            parameters.put(path + VALUES, values);
            return parameters;
        }
    }

    /**
     * What all attention layers share of a reparametrisation: an embedding E[l, C] of the rows and a hidden layer.
     *
     * @param embedding E [l, C]
     * @param weight W1 [h, C]
     * @param bias b1 [h]
     */
    record Shared(Variable embedding, Variable weight, Variable bias) {
        static final String EMBEDDING = "prefix.embedding.weight";
        static final String WEIGHT = "prefix.hidden.weight";
        static final String BIAS = "prefix.hidden.bias";

        /** tanh(E W1^T + b1) [l, h] */
        Variable hidden() {
            return Tanh.tanh(Linear.linear(embedding, weight, bias));
        }
    }

    /**
     * The rows of one attention layer as a function of what all share: [keys, values] = tanh(E W1^T + b1) W2^T + b2.
     *
     * @param weight W2 [2 C, h]
     * @param bias b2 [2 C]
     */
    record Reparametrized(Shared shared, Variable weight, Variable bias) implements PrefixRows {
        static final String WEIGHT = ".out.weight";
        static final String BIAS = ".out.bias";

        @Override
        public Variable keys() {
            return part(0);
        }

        @Override
        public Variable values() {
            return part(1);
        }

        private Variable part(int half) {
            int width = weight.shape().dim(0) / 2;
            Variable own = slice(weight, 0, half * width, (half + 1) * width);
            return Linear.linear(shared.hidden(), own, slice(bias, 0, half * width, (half + 1) * width));
        }

        @Override
        public Map<String, Variable> parameters(String path) {
            Map<String, Variable> parameters = new LinkedHashMap<>();
            parameters.put(Shared.EMBEDDING, shared.embedding());
            parameters.put(Shared.WEIGHT, shared.weight());
            parameters.put(Shared.BIAS, shared.bias());
            parameters.put(path + WEIGHT, weight);
            parameters.put(path + BIAS, bias);
            return parameters;
        }
    }
}
