package dev.rankine.lora.task;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Adapter;
import dev.rankine.lora.Mergeable;
import dev.rankine.lora.Method;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.checkpoint.ChangedFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model folder with an adapter folded into its weights: a plain checkpoint that needs no adapter any more.
 *
 * @param folder where it lies
 * @param matrices weights that an adapter changed
 * @param trainedWeights weights of modules that were trained whole and took the place of the model's
 * @param logitChange the largest change that folding and the stored type made to a logit on random symbols: the folder as
 *     it is read again, against the model with the adapter
 * @param adapterChange for comparison the largest change that the adapter makes to them
 */
public record MergedModel(Path folder, int matrices, int trainedWeights, double logitChange, double adapterChange) {
    private static final int SYMBOLS = 12;

    /**
     * Writes a merged folder.
     *
     * @param dtype to store every weight in; null for the type that each has
     * @throws IllegalArgumentException if the adapter does not fit the model or is no change of weights
     * @throws dev.rankine.transformer.checkpoint.CheckpointException if a folder cannot be read or written
     */
    public static MergedModel write(Path model, Path adapter, Path out, @Nullable DType dtype, Backend backend) {
        ModelFolder folder = ModelFolder.forAdapter(model, adapter);
        Model base = folder.load(backend);
        Probe probe = Probe.of(backend, folder.vocabulary(), Math.min(SYMBOLS, folder.positions()));
        double[] bare = probe.logits(base);
        AdaptedModel adapted = AdapterFolder.attach(adapter, base, backend, new Method.Run(0, 0));
        double[] beside = probe.logits(base);
        ChangedFolder changed = new ChangedFolder(model, backend);
        TaskFile known = TaskFile.in(adapter);
        folder.configuration(known).forEach(changed::configure);
        for (Adapter part : adapted.adapters()) {
            if (!(part instanceof Mergeable mergeable)) {
                throw new IllegalArgumentException(
                        "merge: " + part + " is no change of a weight matrix and stays beside"
                                + " the model; use the model with --adapter instead");
            }
            changed.change(mergeable.path() + ".weight", () -> asStored(mergeable));
        }
        adapted.trainedWeights().forEach((name, weight) -> changed.put(name, weight.data()));
        if (dtype != null) {
            changed.in(dtype);
        }
        changed.write(out);
        if (known != null) {
            known.write(out);
        }
        double[] merged = probe.logits(ModelFolder.of(out).load(backend));
        return new MergedModel(
                out,
                adapted.adapters().size(),
                adapted.trainedWeights().size(),
                Probe.largestDifference(merged, beside),
                Probe.largestDifference(beside, bare));
    }

    /** [O, I], or [I, O] where the family stores its matrices so. */
    private static Tensor asStored(Mergeable adapter) {
        Tensor merged = adapter.mergedWeight();
        return adapter.site().isTransposed() ? merged.transpose(0, 1) : merged;
    }
}
