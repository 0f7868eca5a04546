package dev.rankine.lora;

import static dev.rankine.autograd.op.Mean.mean;
import static dev.rankine.autograd.op.Slice.slice;
import static dev.rankine.autograd.op.Square.square;
import static dev.rankine.autograd.op.Subtract.subtract;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.EncoderOnly;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.util.Arrays;

/** An encoder of two layers that stands alone, and the states that it ought to have at the end of three sentences. */
final class SmallEncoder extends SmallModel {
    private static final int ROWS = 3;
    private static final int LENGTH = 5;

    private final EncoderOnly model;
    private final Tensor ids;
    private final Tensor mask;
    private final Variable target;

    SmallEncoder(Backend backend, DType dtype, long seed) {
        super(backend, ROWS);
        Stack stack = new Stack(2, 2, SmallBart.FEED_FORWARD);
        TransformerSettings settings = TransformerSettings.of(11, SmallBart.WIDTH, 24, stack, stack)
                .dropout(Dropouts.NONE)
                .initStd(.5);
        model = new EncoderOnly(settings, new RandomWeights(backend, dtype, seed));
        long[] symbols = new long[ROWS * LENGTH];
        Arrays.setAll(symbols, i -> 3 + 5 * i % 8);
        ids = Tensor.ofLongs(backend, Shape.of(ROWS, LENGTH), symbols);
        double[] present = new double[symbols.length];
        Arrays.fill(present, 1);
        present[0] = 0;
        mask = Tensor.of(backend, dtype, Shape.of(ROWS, LENGTH), present);
        double[] wanted = new double[ROWS * SmallBart.WIDTH];
        Arrays.setAll(wanted, i -> Philox.normal(seed, 99, 0, 0, i));
        target = Variable.constant(Tensor.of(backend, dtype, Shape.of(ROWS, 1, SmallBart.WIDTH), wanted));
    }

    @Override
    EncoderOnly model() {
        return model;
    }

    /** The last symbol's state: rows that an adapter puts in front are before it. */
    @Override
    Variable output(Pass pass) {
        Variable states = model.apply(ids, mask, pass).states();
        int length = states.shape().dim(1);
        return slice(states, 1, length - 1, length);
    }

    @Override
    Variable loss(Pass pass) {
        return mean(square(subtract(output(pass), target)));
    }
}
