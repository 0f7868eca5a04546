package dev.rankine.transformer;

import dev.rankine.autograd.Variable;

/** What an attention sees: keys and values [B, H, S, D]. */
record KeysValues(Variable keys, Variable values) {
    /** S. */
    int places() {
        return keys.shape().dim(2);
    }
}
