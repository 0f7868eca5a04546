package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Expand;
import dev.rankine.tensor.Shape;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.InputSite;
import java.util.Map;

/**
 * Prompt tuning (Lester et al., "The Power of Scale for Parameter-Efficient Prompt Tuning", 2021): l trained rows stand in front of the
 * embedded input, as symbols would.
 */
public final class PromptAdapter implements InputPrompt {
    private final InputSite site;
    private final Variable rows;

    /** @param rows [l, C] */
    PromptAdapter(InputSite site, Variable rows) {
        this.site = site;
        this.rows = rows;
    }

    static String name(InputSite site) {
        return site.path() + ".prompt";
    }

    /** [B, l, C] */
    @Override
    public Variable rows(int batch, Pass pass) {
        return Expand.expand(
                rows, Shape.of(batch, rows.shape().dim(0), rows.shape().dim(1)));
    }

    @Override
    public InputSite site() {
        return site;
    }

    @Override
    public Map<String, Variable> parameters() {
        return Map.of(name(site), rows);
    }

    @Override
    public String toString() {
        return "the prompt of " + path();
    }
}
