package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code losses[n] = ln sum_v e^logits[n, v] - logits[n, targets[n]]}, 0 where the target is negative (ignored);
 * dLogits[n, v] = (softmax(logits[n])_v - [v = targets[n]]) dLosses[n].
 */
public record CrossEntropy(Tensor targets) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "crossEntropy", "ln sum e^logits - logits[target]", in -> crossEntropy(in[0], someTargets(in[0])))
            .on(of(5, 3))
            .on(of(7, 11))
            .on(of(1, 1))
            .on(of(0, 3));

    /**
     * @param logits [N, V]
     * @param targets I64 [N], below V; negative ones are ignored
     * @return losses [N]
     */
    public static Variable crossEntropy(Variable logits, Tensor targets) {
        return Operation.apply(new CrossEntropy(targets), logits);
    }

    @Override
    public String name() {
        return "crossEntropy";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor logits = in[0];
        if (logits.shape().rank() != 2) {
            throw ShapeMismatch.in("crossEntropy", "logits must be [N, V]", logits.shape());
        }
        ShapeMismatch.require(
                "crossEntropy",
                "targets",
                Shape.of(logits.shape().dim(0)),
                targets.checkAlive("crossEntropy").shape());
        if (targets.dtype() != DType.I64) {
            throw new IllegalArgumentException("crossEntropy: targets must be I64, got " + targets);
        }
        Tensor losses = logits.result("crossEntropy", targets.shape());
        logits.backend().crossEntropy(logits, targets, losses);
        saved.save(logits, targets);
        return losses;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor logits = saved.get(0);
        Tensor dLogits = dY.result("crossEntropy", logits.shape());
        dY.backend().crossEntropyBackward(logits, saved.get(1), dY, dLogits);
        return new @Nullable Tensor[] {dLogits};
    }

    /** Every third row is ignored. */
    private static Tensor someTargets(Variable logits) {
        int rows = logits.shape().dim(0);
        long[] targets = new long[rows];
        for (int n = 0; n < rows; n++) {
            targets[n] = n % 3 == 2 ? -1 : n * 7L % logits.shape().dim(1);
        }
        return Tensor.ofLongs(logits.data().backend(), of(rows), targets);
    }
}
