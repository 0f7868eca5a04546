package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Square;
import dev.rankine.autograd.op.Subtract;
import dev.rankine.autograd.op.Sum;
import dev.rankine.transformer.Classifier;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.TextBatch;

/**
 * What makes a classifier right, summed over the texts of a batch.
 *
 * @param model with as many labels as there are classes, or with one that is the score
 * @param loss of its logits
 */
public record TextObjective(Classifier model, Loss loss) implements Objective<TextBatch> {
    /** Of logits [B, L]. */
    public enum Loss {
        /** The cross-entropy of the right class. */
        CROSS_ENTROPY {
            @Override
            Variable of(Variable logits, TextBatch batch) {
                return Sum.sum(CrossEntropy.crossEntropy(logits, batch.targets()));
            }
        },
        /** The squared distance of the only logit to the score. */
        SQUARED_ERROR {
            @Override
            Variable of(Variable logits, TextBatch batch) {
                Variable scores = Reshape.reshape(logits, batch.targets().shape());
                return Sum.sum(Square.square(Subtract.subtract(scores, Variable.constant(batch.targets()))));
            }
        };

        abstract Variable of(Variable logits, TextBatch batch);
    }

    @Override
    public Variable loss(TextBatch batch, Pass pass) {
        return loss.of(model.logits(batch.ids(), batch.mask(), batch.types(), pass), batch);
    }
}
