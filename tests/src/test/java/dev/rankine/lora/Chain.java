package dev.rankine.lora;

import static dev.rankine.autograd.op.Mean.mean;
import static dev.rankine.autograd.op.Square.square;
import static dev.rankine.autograd.op.Subtract.subtract;
import static dev.rankine.autograd.op.Tanh.tanh;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import dev.rankine.transformer.site.Sites;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/** The smallest model with sites: linear modules {@code layers.0.fc}, {@code layers.1.fc}, ... with tanh between them. */
public final class Chain implements Model {
    private final List<LinearSite> sites = new ArrayList<>();
    private final Backend backend;
    private final DType dtype;
    private final long seed;

    /** @param widths of the input, between the modules, and of the output */
    public Chain(Backend backend, DType dtype, long seed, int... widths) {
        this.backend = backend;
        this.dtype = dtype;
        this.seed = seed;
        for (int i = 0; i + 1 < widths.length; i++) {
            Tensor w0 = normal(2L * i, 1 / Math.sqrt(widths[i]), Shape.of(widths[i + 1], widths[i]));
            Tensor bias = normal(2L * i + 1, 0.1, Shape.of(widths[i + 1]));
            sites.add(new LinearSite("layers." + i + ".fc", Variable.constant(w0), Variable.constant(bias)));
        }
    }

    /** Normal numbers that depend on the model's seed and a stream. */
    public Tensor normal(long stream, double deviation, Shape shape) {
        double[] values = new double[Math.toIntExact(shape.size())];
        Arrays.setAll(values, i -> deviation * Philox.normal(seed, stream, 0, 0, i));
        return Tensor.of(backend, dtype, shape, values);
    }

    Variable apply(Variable x, Pass pass) {
        Variable h = x;
        for (int i = 0; i < sites.size(); i++) {
            h = sites.get(i).apply(i == 0 ? h : tanh(h), pass);
        }
        return h;
    }

    /** What the model gives for x, as numbers. */
    public double[] numbers(Tensor x) {
        try (var _ = GradientMode.noGrad()) {
            return apply(Variable.constant(x), Pass.inference()).data().toDoubles();
        }
    }

    /** The mean squared distance from {@code target}. */
    Variable loss(Tensor x, Tensor target, Pass pass) {
        return mean(square(subtract(apply(Variable.constant(x), pass), Variable.constant(target))));
    }

    Backend backend() {
        return backend;
    }

    /** A training pass for so many examples. */
    Pass training(int batch, long step) {
        Tensor clock = Tensor.ofLongs(backend, Shape.of(2), seed, step);
        Tensor examples = Tensor.ofLongs(
                backend, Shape.of(batch), LongStream.range(0, batch).toArray());
        return Pass.training(new Draw(clock, 0, examples));
    }

    /** The numbers of every frozen weight. */
    List<double[]> frozen() {
        return sites.stream().map(site -> site.weight().data().toDoubles()).toList();
    }

    @Override
    public Sites sites() {
        return new Sites(sites, List.of(), List.of(), List.of());
    }

    @Override
    public Map<String, Variable> weights() {
        Map<String, Variable> weights = new LinkedHashMap<>();
        for (LinearSite site : sites) {
            weights.put(site.path() + ".weight", site.weight());
            weights.put(site.path() + ".bias", Objects.requireNonNull(site.bias()));
        }
        return weights;
    }
}
