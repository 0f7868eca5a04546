package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quantiles of scores, and that methods log them. */
class ScoreSpreadPropertyTest {
    @Example
    void quantilesLieAtTenthsOfTheSortedScores() {
        assertThat(ScoreSpread.of(3)).isEqualTo(new ScoreSpread(3, 3, 3));
        assertThat(ScoreSpread.of(4, 2)).isEqualTo(new ScoreSpread(2.2, 3, 3.8));
        assertThat(ScoreSpread.of(10, 0, 9, 1, 8, 2, 7, 3, 6, 4, 5)).isEqualTo(new ScoreSpread(1, 5, 9));
    }

    @Property
    void itDoesNotDependOnOrderAndMovesWithTheScores(
            @ForAll @Size(min = 1, max = 9) List<@DoubleRange(min = -9, max = 9) Double> scores,
            @ForAll @DoubleRange(min = -5, max = 5) double shift) {
        ScoreSpread spread = ScoreSpread.of(array(scores));
        Collections.reverse(scores);
        assertThat(ScoreSpread.of(array(scores))).isEqualTo(spread);
        assertThat(spread.low()).isLessThanOrEqualTo(spread.median()).isGreaterThanOrEqualTo(Collections.min(scores));
        assertThat(spread.high()).isGreaterThanOrEqualTo(spread.median()).isLessThanOrEqualTo(Collections.max(scores));
        ScoreSpread moved = ScoreSpread.of(
                Arrays.stream(array(scores)).map(score -> score + shift).toArray());
        assertThat(moved.low()).isCloseTo(spread.low() + shift, within(1e-12));
        assertThat(moved.high()).isCloseTo(spread.high() + shift, within(1e-12));
    }

    private static double[] array(List<Double> scores) {
        return scores.stream().mapToDouble(score -> score).toArray();
    }

    /** Each logs the spread of what it judges triplets by, and no longer once it has judged for good. */
    @ParameterizedTest
    @CsvSource({"adalora, importance", "sora, gate_size", "salora, gate_open"})
    void methodsLogTheirScoresUntilTheChoice(String method, String score) {
        SmallRun run = new SmallRun(method, Map.of("rank", "3", "density", ".5"), 4);
        Rig rig = run.rig(20);
        run.train(rig, 5);
        assertThat(logged(run, score)).isEqualTo(ScoreSpread.of(scores(run)));
        run.train(rig, 20);
        assertThat(run.adapted.controller().report()).doesNotContainKey(score + "_median");
    }

    /** Between two judgements the last one stands, after an interruption as well. */
    @Test
    void salienceIsThatOfTheLastWindow() {
        Map<String, String> settings = Map.of("rank", "3", "first-window", "3", "last-window", "4");
        SmallRun run = new SmallRun("salientlora", settings, 4);
        Rig rig = run.rig(20);
        run.train(rig, 4);
        assertThat(run.adapted.controller().report()).doesNotContainKey("salience_median");
        run.train(rig, 6);
        ScoreSpread judged = logged(run, "salience");
        assertThat(judged.high()).isPositive();
        SmallRun again = new SmallRun("salientlora", settings, 4);
        again.resume(20, rig.checkpoint(), 6);
        assertThat(logged(again, "salience")).isEqualTo(judged);
    }

    private static ScoreSpread logged(SmallRun run, String score) {
        Map<String, Double> report = run.adapted.controller().report();
        return new ScoreSpread(report.get(score + "_low"), report.get(score + "_median"), report.get(score + "_high"));
    }

    private static double[] scores(SmallRun run) {
        return switch (run.adapted.controller()) {
            case AdaLora adalora -> adalora.importance();
            case SoRa sora -> Arrays.stream(sora.gates()).map(Math::abs).toArray();
            case SaLora salora ->
                new HardConcrete(1, -.1, 1.1).open(salora.locations().data()).toDoubles();
            default -> throw new AssertionError();
        };
    }
}
