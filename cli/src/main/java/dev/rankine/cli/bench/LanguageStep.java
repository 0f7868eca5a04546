package dev.rankine.cli.bench;

import dev.rankine.lora.Method;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.DecoderOnly;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.TokenBatch;
import dev.rankine.transformer.train.TokenObjective;
import java.nio.file.Path;

/** The step of a language model from a folder, which predicts a random symbol at every place of random texts. */
public record LanguageStep(Path folder, Method method, int batch, int symbols) {
    /** Ids below are often padding, start and end. */
    private static final int FIRST = 4;

    /** A fresh copy of the model with adapters on a back-end; its weights are the pages of the same files. */
    public StepBench.Workload<TokenBatch> on(Backend backend) {
        DecoderOnly model = Checkpoints.languageModel(folder, backend).model();
        RandomSymbols random = new RandomSymbols(backend, batch, symbols, model.longest(), FIRST, model.vocabulary());
        TokenBatch data =
                new TokenBatch(random.ids(), random.mask(), random.places(), random.targets(), random.examples());
        return new StepBench.Workload<>(data, TokenObjective.causal(model), method.attach(model, new Method.Run(0, 0)));
    }
}
