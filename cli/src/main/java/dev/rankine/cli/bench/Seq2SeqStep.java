package dev.rankine.cli.bench;

import dev.rankine.lora.Method;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.train.Seq2SeqObjective;
import java.nio.file.Path;

/** The step of an encoder-decoder from a folder on random symbols, as many in each source as in each target. */
public record Seq2SeqStep(Path folder, Method method, int batch, int symbols) {
    /** Ids below are often padding, start and end. */
    private static final int FIRST = 4;

    /** A fresh copy of the model with adapters on a back-end. */
    public StepBench.Workload<SequenceBatch> on(Backend backend) {
        Bart model = Checkpoints.load(folder, backend).model();
        RandomSymbols random = new RandomSymbols(
                backend,
                batch,
                symbols,
                model.settings().maxPositions(),
                FIRST,
                model.settings().vocabulary());
        SequenceBatch data = new SequenceBatch(
                random.ids(), random.mask(), random.ids(), random.ids(), random.count(), random.examples());
        return new StepBench.Workload<>(data, new Seq2SeqObjective(model), method.attach(model, new Method.Run(0, 0)));
    }
}
