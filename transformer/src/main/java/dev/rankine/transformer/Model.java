package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.site.Sites;
import java.util.Map;

/** What every model shows, whatever it reads and writes: where adapters may sit, and its weights. */
public interface Model {
    Sites sites();

    /** Every weight by its Hugging Face name. */
    Map<String, Variable> weights();
}
