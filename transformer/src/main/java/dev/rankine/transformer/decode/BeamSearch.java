package dev.rankine.transformer.decode;

import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Decoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Beam search with the rules of Hugging Face's {@code generate}: of every row, the best continuations are ranked; those
 * among the first K that end are kept if they belong to the K best ended ones, and the K best of the others are followed. A
 * row is done when K ended and no followed one, at its present length, beats the worst of them.
 */
final class BeamSearch {
    private final Beams settings;
    private final Ending ending;
    private final ScopePool memory;

    BeamSearch(Beams settings, Ending ending, ScopePool memory) {
        this.settings = settings;
        this.ending = ending;
        this.memory = memory;
    }

    /** What is written of one beam, and its log probability, or, of an ended one, its score. */
    private record Beam(List<Long> symbols, double score) {
        private static final Comparator<Beam> BEST_FIRST = Comparator.comparingDouble(beam -> -beam.score);
    }

    /** A beam and one symbol more. */
    private record Candidate(int beam, long symbol, double score) {}

    /** The beams of one row of the batch. */
    private final class Row {
        private List<Beam> followed = new ArrayList<>();
        private List<Beam> ended = new ArrayList<>();
        private int[] parents = new int[settings.count()];
        private boolean done;

        Row() {
            // at first all beams are alike: only one is followed
            followed.add(new Beam(List.of(), 0));
        }

        void advance(float[] scores, int from, int vocabulary, int step) {
            List<Candidate> best = best(scores, from, vocabulary, step);
            boolean last = step + 1 == ending.maxSteps();
            List<Beam> next = new ArrayList<>();
            int[] parentsOfNext = new int[settings.count()];
            for (int rank = 0; rank < best.size(); rank++) {
                Candidate candidate = best.get(rank);
                List<Long> symbols = new ArrayList<>(followed.get(candidate.beam).symbols);
                symbols.add(candidate.symbol);
                if (last || ending.isEnd(candidate.symbol)) {
                    if (rank < settings.count()) {
                        ended.add(new Beam(symbols, candidate.score / power(step + 1)));
                    }
                } else if (next.size() < settings.count()) {
                    parentsOfNext[next.size()] = candidate.beam;
                    next.add(new Beam(symbols, candidate.score));
                }
            }
            ended.sort(Beam.BEST_FIRST);
            ended = new ArrayList<>(ended.subList(0, Math.min(settings.count(), ended.size())));
            followed = next;
            parents = parentsOfNext;
            done = next.isEmpty() || isSettled(step + 1);
        }

        private boolean isSettled(int length) {
            boolean full = ended.size() == settings.count();
            return full && (settings.stopEarly() || followed.getFirst().score / power(length) <= ended.getLast().score);
        }

        private double power(int length) {
            return StrictMath.pow(length, settings.lengthPenalty());
        }

        /** As many of the best continuations that K of them go on even if every beam ends in each way. */
        private List<Candidate> best(float[] scores, int from, int vocabulary, int step) {
            int keep = settings.count() * Math.max(2, 1 + ending.ends().size());
            List<Candidate> all = new ArrayList<>();
            for (int k = 0; k < followed.size(); k++) {
                int at = from + k * vocabulary;
                Choice.requireNumbers(scores, at, vocabulary, step);
                Long forced = ending.forced(step);
                if (forced != null) {
                    // as if it were certain
                    all.add(new Candidate(k, forced, followed.get(k).score));
                    continue;
                }
                double base = followed.get(k).score - logSum(scores, at, vocabulary);
                for (int v = 0; v < vocabulary; v++) {
                    all.add(new Candidate(k, v, base + scores[at + v]));
                }
            }
            all.sort(Comparator.comparingDouble(candidate -> -candidate.score));
            return all.subList(0, Math.min(keep, all.size()));
        }

        private static double logSum(float[] scores, int from, int count) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int v = 0; v < count; v++) {
                largest = Math.max(largest, scores[from + v]);
            }
            double sum = 0;
            for (int v = 0; v < count; v++) {
                sum += StrictMath.exp(scores[from + v] - largest);
            }
            return largest + StrictMath.log(sum);
        }

        long[] written() {
            Beam best = ended.isEmpty() ? followed.getFirst() : ended.getFirst();
            return best.symbols.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /**
     * The best row found for each row of a batch, with padding behind its end.
     *
     * @param first what the model reads first in each row of the batch
     * @param start the decoding of a batch in which each row stands K times, one after another
     */
    long[][] write(long[] first, Supplier<Decoding> start) {
        int beams = settings.count();
        List<Row> rows = new ArrayList<>();
        long[] last = new long[first.length * beams];
        for (int b = 0; b < first.length; b++) {
            rows.add(new Row());
            Arrays.fill(last, b * beams, (b + 1) * beams, first[b]);
        }
        try (Scope _ = memory.open()) {
            Decoding decoding = start.get();
            Tensor lastIds = Tensor.ofLongs(memory.backend(), Shape.of(last.length), last);
            Tensor parents = Tensor.ofLongs(memory.backend(), Shape.of(last.length), last);
            for (int step = 0; step < ending.maxSteps() && rows.stream().anyMatch(row -> !row.done); step++) {
                try (Scope _ = memory.open()) {
                    advance(rows, decoding.next(lastIds).toFloats(), step);
                    lastIds.write(lastSymbols(rows));
                    parents.write(parents(rows));
                    decoding.reorder(parents);
                }
            }
        }
        return padded(rows);
    }

    private void advance(List<Row> rows, float[] scores, int step) {
        int vocabulary = scores.length / (rows.size() * settings.count());
        for (int b = 0; b < rows.size(); b++) {
            if (!rows.get(b).done) {
                rows.get(b).advance(scores, b * settings.count() * vocabulary, vocabulary, step);
            }
        }
    }

    private long[] lastSymbols(List<Row> rows) {
        long[] last = new long[rows.size() * settings.count()];
        Arrays.fill(last, ending.padding());
        for (int b = 0; b < rows.size(); b++) {
            List<Beam> followed = rows.get(b).followed;
            for (int k = 0; k < followed.size(); k++) {
                last[b * settings.count() + k] = followed.get(k).symbols.getLast();
            }
        }
        return last;
    }

    private long[] parents(List<Row> rows) {
        long[] parents = new long[rows.size() * settings.count()];
        for (int i = 0; i < parents.length; i++) {
            int b = i / settings.count();
            parents[i] = (long) b * settings.count() + rows.get(b).parents[i % settings.count()];
        }
        return parents;
    }

    private long[][] padded(List<Row> rows) {
        long[][] written = rows.stream().map(Row::written).toArray(long[][]::new);
        int longest = Arrays.stream(written).mapToInt(row -> row.length).max().orElse(0);
        return Arrays.stream(written)
                .map(row -> {
                    long[] whole = Arrays.copyOf(row, longest);
                    Arrays.fill(whole, row.length, longest, ending.padding());
                    return whole;
                })
                .toArray(long[][]::new);
    }
}
