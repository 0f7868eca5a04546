package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Shape;
import dev.rankine.transformer.EncoderDecoder;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.SequenceBatch;

/** The cross-entropy of teacher-forced target symbols, summed over those that are not padding. */
public record Seq2SeqObjective(EncoderDecoder model) implements Objective<SequenceBatch> {
    @Override
    public Variable loss(SequenceBatch batch, Pass pass) {
        if (!batch.targets().backend().isDevice()) {
            SequenceBatch.Scored scored = batch.scored();
            Variable logits =
                    model.logitsAt(scored.places(), batch.inputIds(), batch.inputMask(), batch.decoderIds(), pass);
            return Sum.sum(CrossEntropy.crossEntropy(logits, scored.targets()));
        }
        // a device records the steps of each shape: no shape may depend on what a batch holds
        Variable logits = model.logits(batch.inputIds(), batch.inputMask(), batch.decoderIds(), pass);
        int places = Math.toIntExact(batch.targets().shape().size());
        Variable rows = Reshape.reshape(logits, Shape.of(places, logits.shape().dim(-1)));
        return Sum.sum(CrossEntropy.crossEntropy(rows, batch.targets().reshape(Shape.of(places))));
    }
}
