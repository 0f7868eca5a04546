package dev.rankine.lora.report;

import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run folder says about its run.
 *
 * @param name how the run is called in legends
 * @param summary the content of {@code summary.json}
 * @param metrics the lines of {@code metrics.jsonl}
 */
public record RunRecord(String name, RunSummary summary, List<MetricsEntry> metrics) {
    public RunRecord {
        metrics = List.copyOf(metrics);
    }

    /**
     * Reads the folder of a finished run.
     *
     * @throws dev.rankine.transformer.train.RunFolderException if a file is missing or is not what it should be
     */
    public static RunRecord read(String name, Path folder) {
        RunFolder run = RunFolder.at(folder, true);
        return new RunRecord(name, run.summary(), run.metrics().read());
    }

    /** The map of kept ranks; empty if nothing of low rank was trained. */
    public Optional<RankMap> rankMap() {
        RetainedRanks ranks = summary.ranks();
        if (ranks.retainedRank().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new RankMap(name + ": kept rank of every matrix", ranks.retainedRank(), fullRank()));
    }

    /** The rank that every matrix began with, or the largest that there is; 0 if nothing of low rank was trained. */
    int fullRank() {
        RetainedRanks ranks = summary.ranks();
        int largest =
                ranks.retainedRank().values().stream().mapToInt(r -> r).max().orElse(0);
        Integer start = ranks.rank();
        return start == null ? largest : Math.max(start, largest);
    }

    /** The metrics after training, by name. */
    Map<String, Double> after() {
        return summary.training().after();
    }

    /** What the log says about a quantity, by step; lines without it are passed over. */
    List<Point> curve(String key) {
        return metrics.stream()
                .filter(entry -> entry.number(key).isPresent())
                .map(entry -> new Point(entry.step(), entry.number(key).getAsDouble()))
                .toList();
    }
}
