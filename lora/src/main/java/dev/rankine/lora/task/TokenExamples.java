package dev.rankine.lora.task;

import dev.rankine.transformer.data.Fingerprint;
import dev.rankine.transformer.data.TokenTexts;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.Measure;
import dev.rankine.transformer.train.PerplexityMeasure;
import dev.rankine.transformer.train.TokenObjective;
import dev.rankine.transformer.train.Trainer;
import dev.rankine.transformer.train.TrainerSettings;
import java.util.List;

/**
 * Texts as a model of words reads them.
 *
 * @param task whose model that is
 * @param objective what the model learns from them
 * @param data as ids
 * @param written the same as text
 * @param placesAtOnce how many places an evaluation reads at once
 * @param cut how many texts lost their end
 */
public record TokenExamples(
        Task task,
        TokenObjective objective,
        TokenTexts data,
        List<PerplexityMeasure.Text> written,
        int placesAtOnce,
        long cut)
        implements Examples {
    /** How many numbers the scores of an evaluation's batch may have. */
    private static final int SCORES_AT_ONCE = 1 << 25;

    public TokenExamples {
        written = List.copyOf(written);
    }

    /** How many places can be read at once by a model of so many symbols. */
    static int placesAtOnce(int vocabulary) {
        return Math.max(1, SCORES_AT_ONCE / vocabulary);
    }

    @Override
    public int size() {
        return data.size();
    }

    @Override
    public int longest() {
        int longest = 1;
        for (int i = 0; i < data.size(); i++) {
            longest = Math.max(longest, data.length(i));
        }
        return longest;
    }

    @Override
    public String fingerprint() {
        Fingerprint content = new Fingerprint();
        data.texts().forEach(text -> content.add(text.ids()).add(text.targets()));
        return content.end();
    }

    @Override
    public Trainer<?> trainer(TrainerSettings settings, Controller controller) {
        return new Trainer<>(task.backend(), settings, data, objective, controller);
    }

    @Override
    public Measure measure() {
        return new PerplexityMeasure(objective, data, written, placesAtOnce);
    }
}
