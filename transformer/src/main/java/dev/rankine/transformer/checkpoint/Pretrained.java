package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.Model;
import java.util.List;

/**
 * A model from a folder.
 *
 * @param config what the folder says of it
 * @param model with the folder's weights
 * @param fresh tensors that the folder has not, or in another shape: they begin at random
 * @param unused tensors of the folder that this model has no use for, such as the head of another task
 */
public record Pretrained<C, M extends Model>(C config, M model, List<String> fresh, List<String> unused) {
    public Pretrained {
        fresh = List.copyOf(fresh);
        unused = List.copyOf(unused);
    }
}
