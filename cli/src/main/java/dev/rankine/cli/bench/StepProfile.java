package dev.rankine.cli.bench;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.data.Batch;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.Objective;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of training steps goes: by phase of the step and by kind of work. It watches the calls that reach the
 * back-end; what lies between them (graph, shapes, memory) is {@link Kind#OTHER}. On a busy machine most steps are
 * interrupted somewhere, so only the fastest quarter of the steps counts.
 */
public final class StepProfile {
    private static final int COUNTED_SHARE = 4;

    /** The parts of a step in their order. */
    public enum Phase {
        FORWARD,
        BACKWARD,
        OPTIMISER
    }

    /** Kinds of work. */
    public enum Kind {
        PRODUCT,
        ATTENTION,
        ELEMENTWISE,
        OTHER
    }

    /** Calls of one operation of the back-end on operands of one shape. */
    public record Operation(long calls, double seconds) {
        private Operation plus(Operation other) {
            return new Operation(calls + other.calls, seconds + other.seconds);
        }
    }

    /** Calls that compute nothing. */
    private static final Set<String> SILENT =
            Set.of("name", "description", "threads", "scopeOpened", "scopeClosing", "close", "hashCode", "equals");

    /** One step: seconds by phase and kind, and calls by operation. */
    private static final class Step {
        final double[][] seconds = new double[Phase.values().length][Kind.values().length];
        final Map<String, Operation> operations = new LinkedHashMap<>();

        double total() {
            return Stream.of(seconds).flatMapToDouble(Arrays::stream).sum();
        }
    }

    private final LongSupplier clock;
    private final List<Step> steps = new ArrayList<>();
    private Step current = new Step();
    private @Nullable Phase phase;
    private long phaseBegan;
    private long inCalls;
    private int depth;
    private long callBegan;

    /** @param clock in nanoseconds */
    StepProfile(LongSupplier clock) {
        this.clock = clock;
    }

    /** Forgets what it saw. */
    void clear() {
        steps.clear();
    }

    Backend watch(Backend backend) {
        return Watched.as(Backend.class, backend, new Watched.Observer() {
            @Override
            public void begins(String call) {
                // a fused operation may call others: they belong to it
                if (depth++ == 0) {
                    callBegan = clock.getAsLong();
                }
            }

            @Override
            public void ended(String call, Object[] arguments) {
                if (--depth == 0) {
                    // what was put off belongs to the call that asked for it
                    backend.finish();
                    count(call, arguments, clock.getAsLong() - callBegan);
                }
            }
        });
    }

    /** The loss is the forward pass, what follows it is the backward pass. */
    <B extends Batch> Objective<B> watch(Objective<B> objective) {
        return (batch, pass) -> {
            var loss = objective.loss(batch, pass);
            enter(Phase.BACKWARD);
            return loss;
        };
    }

    /** What a controller does with the gradients belongs to the optimiser. */
    Controller watch(Controller controller) {
        return Watched.as(Controller.class, controller, new Watched.Observer() {
            @Override
            public void begins(String call) {
                if (call.equals("beforeStep")) {
                    enter(Phase.FORWARD);
                } else if (call.equals("afterBackward")) {
                    enter(Phase.OPTIMISER);
                }
            }

            @Override
            public void ended(String call, Object[] arguments) {}
        });
    }

    void endStep() {
        enter(null);
        steps.add(current);
        current = new Step();
    }

    private void enter(@Nullable Phase next) {
        long now = clock.getAsLong();
        if (phase != null) {
            current.seconds[phase.ordinal()][Kind.OTHER.ordinal()] += (now - phaseBegan - inCalls) / 1e9;
        }
        phase = next;
        phaseBegan = now;
        inCalls = 0;
    }

    private void count(String call, Object[] arguments, long nanos) {
        if (phase == null || SILENT.contains(call)) {
            return;
        }
        inCalls += nanos;
        current.seconds[phase.ordinal()][kind(call).ordinal()] += nanos / 1e9;
        current.operations.merge(describe(call, arguments), new Operation(1, nanos / 1e9), Operation::plus);
    }

    /** The call with the shapes of its first two tensors. */
    private static String describe(String call, Object[] arguments) {
        return call
                + Stream.of(arguments)
                        .filter(Tensor.class::isInstance)
                        .limit(2)
                        .map(tensor -> " " + ((Tensor) tensor).shape())
                        .collect(Collectors.joining());
    }

    private static Kind kind(String call) {
        if (call.startsWith("attention")) {
            return Kind.ATTENTION;
        }
        boolean product = call.startsWith("matmul") || call.startsWith("linear") || call.startsWith("scaledLinear");
        return product ? Kind.PRODUCT : Kind.ELEMENTWISE;
    }

    private List<Step> counted() {
        return steps.stream()
                .sorted(Comparator.comparingDouble(Step::total))
                .limit(Math.ceilDiv(steps.size(), COUNTED_SHARE))
                .toList();
    }

    /** Seconds of a step, on average. */
    public double seconds(Phase of, Kind kind) {
        return counted().stream()
                .mapToDouble(step -> step.seconds[of.ordinal()][kind.ordinal()])
                .average()
                .orElse(0);
    }

    /** Calls and seconds of a step, on average, by operation of the back-end and shapes; the most expensive first. */
    public Map<String, Operation> operations() {
        List<Step> counted = counted();
        Map<String, Operation> sums = new LinkedHashMap<>();
        counted.forEach(step -> step.operations.forEach((name, one) -> sums.merge(name, one, Operation::plus)));
        Map<String, Operation> perStep = new LinkedHashMap<>();
        sums.entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> -entry.getValue().seconds()))
                .forEach(entry -> perStep.put(
                        entry.getKey(),
                        new Operation(
                                entry.getValue().calls() / counted.size(),
                                entry.getValue().seconds() / counted.size())));
        return perStep;
    }
}
