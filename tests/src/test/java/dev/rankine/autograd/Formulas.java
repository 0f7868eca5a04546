package dev.rankine.autograd;

import static dev.rankine.autograd.Grid.filled;
import static dev.rankine.autograd.Grid.inserted;
import static dev.rankine.autograd.Grid.with;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What every operation's specification must compute, written down once more element by element and without any tensor:
 * the judge of the forward passes, as differences are of the backward passes.
 */
final class Formulas {
    /** A specification's result from its inputs. */
    @FunctionalInterface
    interface Formula {
        Grid apply(Grid... in);
    }

    static final Map<String, Formula> ALL = new LinkedHashMap<>();

    static {
        ALL.put("add", in -> in[0].zip(in[1], Double::sum));
        ALL.put("subtract", in -> in[0].zip(in[1], (a, b) -> a - b));
        ALL.put("multiply", in -> in[0].zip(in[1], (a, b) -> a * b));
        ALL.put("divide", in -> in[0].zip(in[1], (a, b) -> a / b));
        ALL.put("affine", in -> in[0].map(x -> -1.5 * x + 0.25));
        ALL.put("negate", in -> in[0].map(x -> -x));
        ALL.put("absolute", in -> in[0].map(Math::abs));
        ALL.put("square", in -> in[0].map(x -> x * x));
        ALL.put("squareRoot", in -> in[0].map(Math::sqrt));
        ALL.put("exp", in -> in[0].map(Math::exp));
        ALL.put("log", in -> in[0].map(Math::log));
        ALL.put("tanh", in -> in[0].map(Math::tanh));
        ALL.put("sigmoid", in -> in[0].map(x -> 1 / (1 + Math.exp(-x))));
        ALL.put("relu", in -> in[0].map(x -> Math.max(x, 0)));
        ALL.put("gelu", in -> in[0].map(x -> x * normalDistribution(x)));
        ALL.put(
                "geluTanh",
                in -> in[0].map(x ->
                        x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))))));
        ALL.put("silu", in -> in[0].map(x -> x / (1 + Math.exp(-x))));
        ALL.put("clamp", in -> in[0].map(x -> Math.clamp(x, -0.5, 1.0)));
        ALL.put("sum", in -> sum(in[0], in[0].shape().rank() - 1));
        ALL.put("mean", in -> sum(in[0], 0).map(x -> x / in[0].shape().dim(0)));
        ALL.put("reshape", in -> new Grid(Shape.of((int) in[0].shape().size(), 1), in[0].numbers()));
        ALL.put("permute", in -> permute(in[0]));
        ALL.put(
                "slice",
                in -> filled(
                        in[0].shape().with(1, in[0].shape().dim(1) - 1),
                        index -> in[0].at(with(index, 1, index[1] + 1))));
        ALL.put("concatenate", Formulas::concatenate);
        ALL.put("expand", in -> filled(repeated(in[0].shape()), in[0]::at));
        ALL.put("matmul", in -> matmul(in[0], in[1]));
        ALL.put("linear", Formulas::linear);
        ALL.put("lowRankLinear", Formulas::lowRankLinear);
        ALL.put("directedLinear", Formulas::directedLinear);
        ALL.put("softmax", in -> softmax(in[0], index -> index[index.length - 1] % 3 != 2));
        ALL.put("layerNorm", Formulas::layerNorm);
        ALL.put("rmsNorm", Formulas::rmsNorm);
        ALL.put("residualNorm", in -> layerNorm(in[0].zip(dropout(in[1]), Double::sum), in[2], in[3]));
        ALL.put(
                "scaleColumns",
                in -> filled(in[0].shape(), index -> {
                    int column = index[index.length - 1];
                    return in[0].at(index) * in[1].at(column) + (in.length > 2 ? in[2].at(column) : 0);
                }));
        ALL.put("rope", in -> rope(in[0]));
        ALL.put("embedding", in -> embedding(in[0]));
        ALL.put("attention", Formulas::attention);
        ALL.put("sequenceAttention", Formulas::sequenceAttention);
        ALL.put("dropout", in -> dropout(in[0]));
        ALL.put("crossEntropy", in -> crossEntropy(in[0]));
        ALL.put("orthogonalityPenalty", in -> orthogonality(squares -> squares, in));
        ALL.put("orthogonalityNorm", in -> orthogonality(Math::sqrt, in));
    }

    private Formulas() {}

    /** Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...) (Marsaglia, "Evaluating the normal distribution", 2004). */
    private static double normalDistribution(double x) {
        double term = x;
        double sum = x;
        for (int i = 3; Math.abs(term) > 1e-20; i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double over(int length, IntToDoubleFunction term) {
        return IntStream.range(0, length).mapToDouble(term).sum();
    }

    private static Grid sum(Grid x, int axis) {
        return filled(x.shape().without(axis), index -> over(x.shape().dim(axis), i -> x.at(inserted(index, axis, i))));
    }

    private static Grid permute(Grid x) {
        Shape shape = Shape.of(x.shape().dim(1), x.shape().dim(2), x.shape().dim(0));
        return filled(shape, index -> x.at(index[2], index[0], index[1]));
    }

    private static Grid concatenate(Grid... in) {
        int axis = in[0].shape().rank() - 1;
        int length = Arrays.stream(in).mapToInt(x -> x.shape().dim(axis)).sum();
        return filled(in[0].shape().with(axis, length), index -> {
            int place = index[axis];
            int which = 0;
            while (place >= in[which].shape().dim(axis)) {
                place -= in[which++].shape().dim(axis);
            }
            return in[which].at(with(index, axis, place));
        });
    }

    private static Shape repeated(Shape shape) {
        int[] lengths = IntStream.concat(
                        IntStream.of(2), Arrays.stream(shape.toArray()).map(length -> length == 1 ? 3 : length))
                .toArray();
        return Shape.of(lengths);
    }

    private static Grid matmul(Grid a, Grid b) {
        Shape batch = Shape.broadcast(
                "grid", a.shape().without(-1).without(-1), b.shape().without(-1).without(-1));
        int rank = batch.rank();
        int[] lengths = Arrays.copyOf(batch.toArray(), rank + 2);
        lengths[rank] = a.shape().dim(-2);
        lengths[rank + 1] = b.shape().dim(-1);
        return filled(
                Shape.of(lengths),
                index -> over(a.shape().dim(-1), k -> a.at(with(index, rank + 1, k)) * b.at(with(index, rank, k))));
    }

    private static Grid linear(Grid... in) {
        Grid x = in[0];
        Grid weight = in[1];
        return filled(x.shape().with(-1, weight.shape().dim(0)), index -> {
            int output = index[index.length - 1];
            double bias = in.length > 2 ? in[2].at(output) : 0;
            return bias + over(x.shape().dim(-1), i -> x.at(with(index, -1, i)) * weight.at(output, i));
        });
    }

    private static Grid directedLinear(Grid... in) {
        Grid weight = in[1];
        Grid changed = filled(weight.shape(), index -> {
            double change = over(in[2].shape().dim(0), j -> in[3].at(index[0], j) * in[2].at(j, index[1]));
            return in[4].at(index[0]) * (weight.at(index) + 0.75 * change);
        });
        return in.length > 5 ? linear(in[0], changed, in[5]) : linear(in[0], changed);
    }

    private static Grid lowRankLinear(Grid... in) {
        Grid x = in[0];
        Grid a = in[2];
        Grid b = in[3];
        Grid y = in.length > 4 ? linear(x, in[1], in[4]) : linear(x, in[1]);
        Grid seen = in.length > 5 ? dropout(x) : x;
        return filled(y.shape(), index -> {
            double change = over(a.shape().dim(0), j -> {
                double gate = in.length > 5 ? in[5].at(j) : 1;
                double h = over(x.shape().dim(-1), i -> seen.at(with(index, -1, i)) * a.at(j, i));
                return gate * h * b.at(index[index.length - 1], j);
            });
            return y.at(index) + 0.75 * change;
        });
    }

    private static Grid softmax(Grid x, Predicate<int[]> kept) {
        Grid e = filled(x.shape(), index -> kept.test(index) ? Math.exp(x.at(index)) : 0);
        return filled(x.shape(), index -> {
            double all = over(x.shape().dim(-1), i -> e.at(with(index, -1, i)));
            return all == 0 ? 0 : e.at(index) / all;
        });
    }

    private static Grid layerNorm(Grid... in) {
        Grid x = in[0];
        int channels = x.shape().dim(-1);
        return filled(x.shape(), index -> {
            int channel = index[index.length - 1];
            double mean = over(channels, i -> x.at(with(index, -1, i))) / channels;
            double variance = over(channels, i -> Math.pow(x.at(with(index, -1, i)) - mean, 2)) / channels;
            return (x.at(index) - mean) / Math.sqrt(variance + 1e-5) * in[1].at(channel) + in[2].at(channel);
        });
    }

    private static Grid rmsNorm(Grid... in) {
        Grid x = in[0];
        int channels = x.shape().dim(-1);
        return filled(x.shape(), index -> {
            double square = over(channels, i -> Math.pow(x.at(with(index, -1, i)), 2)) / channels;
            return x.at(index) / Math.sqrt(square + 1e-5) * in[1].at(index[index.length - 1]);
        });
    }

    /** A point (first half, second half) times e^(angle i), as complex numbers. */
    private static Grid rope(Grid x) {
        int half = x.shape().dim(-1) / 2;
        return filled(x.shape(), index -> {
            if (index[index.length - 1] >= 2 * half) {
                return x.at(index);
            }
            int i = index[index.length - 1] % half;
            double angle = 0.5 * index[index.length - 2] * (i + 1);
            double real = x.at(with(index, -1, i));
            double imaginary = x.at(with(index, -1, half + i));
            return index[index.length - 1] < half
                    ? real * Math.cos(angle) - imaginary * Math.sin(angle)
                    : real * Math.sin(angle) + imaginary * Math.cos(angle);
        });
    }

    private static Grid embedding(Grid table) {
        int last = table.shape().dim(0) - 1;
        int[][] ids = {{0, last, 0}, {last / 2, last, 0}};
        return filled(Shape.of(2, 3, table.shape().dim(1)), index -> table.at(ids[index[0]][index[1]], index[2]));
    }

    private static Grid attention(Grid... in) {
        Grid q = in[0];
        Grid k = in[1];
        Grid v = in[2];
        int keys = k.shape().dim(2);
        Grid scores = filled(
                q.shape().with(-1, keys),
                index -> 0.7
                        * over(
                                q.shape().dim(-1),
                                d -> q.at(with(index, 3, d)) * k.at(index[0], index[1], index[3], d)));
        Grid dropped = dropout(softmax(scores, index -> index[3] < index[2]));
        return filled(
                q.shape(),
                index -> over(keys, s -> dropped.at(with(index, 3, s)) * v.at(index[0], index[1], s, index[3])));
    }

    /** Rows up to a third are the first sequence, the second is empty, the rest is the third. */
    private static Grid sequenceAttention(Grid... in) {
        Grid q = in[0];
        int width = q.shape().dim(1) % 2 == 0 ? q.shape().dim(1) / 2 : q.shape().dim(1);
        int queries = q.shape().dim(0);
        int keys = in[1].shape().dim(0);
        return filled(q.shape(), index -> {
            boolean last = index[0] >= queries / 3;
            int t = last ? index[0] - queries / 3 : index[0];
            int count = last ? queries - queries / 3 : queries / 3;
            int firstKey = last ? keys / 3 : 0;
            int ownKeys = last ? keys - keys / 3 : keys / 3;
            int head = index[1] / width;
            double[] e = new double[Math.min(t, ownKeys)];
            Arrays.setAll(
                    e,
                    s -> Math.exp(0.7
                            * over(
                                    width,
                                    d -> q.at(index[0], head * width + d) * in[1].at(firstKey + s, head * width + d))));
            double all = Arrays.stream(e).sum();
            return over(e.length, s -> {
                long place = ((long) head * count + t) * ownKeys + s;
                boolean dropped = Philox.uniform(1, 3, 2, last ? 2 : 0, place) < 0.25;
                return dropped ? 0 : e[s] / all / 0.75 * in[2].at(firstKey + s, index[1]);
            });
        });
    }

    /** A quarter is dropped, by seed 1, stream 3, step 2. */
    private static Grid dropout(Grid x) {
        return filled(x.shape(), index -> {
            long place = 0;
            for (int axis = 1; axis < index.length; axis++) {
                place = place * x.shape().dim(axis) + index[axis];
            }
            return Philox.uniform(1, 3, 2, index[0], place) < 0.25 ? 0 : x.at(index) / 0.75;
        });
    }

    private static Grid crossEntropy(Grid logits) {
        int classes = logits.shape().dim(1);
        return filled(Shape.of(logits.shape().dim(0)), index -> {
            int n = index[0];
            double all = over(classes, c -> Math.exp(logits.at(n, c)));
            return n % 3 == 2 ? 0 : Math.log(all) - logits.at(n, n * 7 % classes);
        });
    }

    private static Grid orthogonality(DoubleUnaryOperator measure, Grid... in) {
        double total = 0;
        for (int which = 0; which < in.length; which++) {
            Grid x = in[which];
            boolean rows = which == 0;
            double sum = 0;
            int vectors = x.shape().dim(rows ? 0 : 1);
            for (int i = 0; i < vectors; i++) {
                for (int j = 0; j < vectors; j++) {
                    int a = i;
                    int b = j;
                    double product = over(
                            x.shape().dim(rows ? 1 : 0), k -> rows ? x.at(a, k) * x.at(b, k) : x.at(k, a) * x.at(k, b));
                    sum += Math.pow(product - (i == j ? 1 : 0), 2);
                }
            }
            total += measure.applyAsDouble(sum);
        }
        return new Grid(Shape.of(), new double[] {total});
    }
}
