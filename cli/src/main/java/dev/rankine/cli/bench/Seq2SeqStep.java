package dev.rankine.cli.bench;

import dev.rankine.lora.Method;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.train.Seq2SeqObjective;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;

/** The step of an encoder-decoder from a folder on random symbols, as many in each source as in each target. */
public record Seq2SeqStep(Path folder, Method method, int batch, int symbols) {
    /** Ids below are often padding, start and end. */
    private static final int FIRST = 4;

    /** A fresh copy of the model with adapters on a back-end. */
    public StepBench.Workload<SequenceBatch> on(Backend backend) {
        Bart model = Checkpoints.load(folder, backend).model();
        int longest = model.settings().maxPositions();
        if (symbols > longest) {
            throw new IllegalArgumentException(
                    "--seq " + symbols + " is more than the " + longest + " places that the model has");
        }
        Random random = new Random(0);
        int vocabulary = model.settings().vocabulary();
        Shape shape = Shape.of(batch, symbols);
        Tensor mask = Tensor.of(backend, shape, new float[batch * symbols]);
        backend.fill(mask, 1);
        SequenceBatch data = new SequenceBatch(
                ids(backend, shape, random, vocabulary),
                mask,
                ids(backend, shape, random, vocabulary),
                ids(backend, shape, random, vocabulary),
                shape.size(),
                Tensor.ofLongs(
                        backend, Shape.of(batch), LongStream.range(0, batch).toArray()));
        return new StepBench.Workload<>(data, new Seq2SeqObjective(model), method.attach(model, new Method.Run(0, 0)));
    }

    private static Tensor ids(Backend backend, Shape shape, Random random, int vocabulary) {
        return Tensor.ofLongs(
                backend,
                shape,
                random.longs(shape.size(), Math.min(FIRST, vocabulary - 1), vocabulary)
                        .toArray());
    }
}
