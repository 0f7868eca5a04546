package dev.rankine.autograd;

import dev.rankine.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What there is to know about an operation in order to test, measure and document it. Value tests, gradient checks,
 * back-end parity, benchmarks and the table in the docs iterate over {@link Operations#specs()}.
 *
 * @param name as in {@link Operation#name()}
 * @param formula one line, for the table
 * @param function applies the operation with typical settings; whatever it needs beside its differentiable inputs (ids,
 *     masks, draws) it makes itself from their shapes
 * @param samples lists of input shapes: ordinary, odd, broadcast, with one-element and empty axes
 * @param low inputs are drawn from [low, high]
 * @param high see {@code low}
 * @param kinks points where the derivative jumps: inputs keep away from them
 * @param tolerance largest difference |a - b| / max(1, |b|) between an F32 back-end and the F64 reference
 */
public record OpSpec(
        String name,
        String formula,
        Function function,
        List<List<Shape>> samples,
        double low,
        double high,
        List<Double> kinks,
        double tolerance) {

    /** An operation with its settings fixed. */
    @FunctionalInterface
    public interface Function {
        Variable apply(Variable... inputs);
    }

    /** A specification for inputs from [-2, 2] without kinks at the usual tolerance of 1e-5. */
    public static OpSpec of(String name, String formula, Function function) {
        return new OpSpec(name, formula, function, List.of(), -2, 2, List.of(), 1e-5);
    }

    /** Adds one list of input shapes. */
    public OpSpec on(Shape... inputs) {
        List<List<Shape>> more = new ArrayList<>(samples);
        more.add(Arrays.asList(inputs));
        return new OpSpec(name, formula, function, List.copyOf(more), low, high, kinks, tolerance);
    }

    public OpSpec inRange(double from, double to) {
        return new OpSpec(name, formula, function, samples, from, to, kinks, tolerance);
    }

    public OpSpec avoiding(Double... points) {
        return new OpSpec(name, formula, function, samples, low, high, List.of(points), tolerance);
    }

    public OpSpec within(double largestDifference) {
        return new OpSpec(name, formula, function, samples, low, high, kinks, largestDifference);
    }
}
