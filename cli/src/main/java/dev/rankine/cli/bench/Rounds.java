package dev.rankine.cli.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Times things in turns, so that a machine that is busy for a while is busy for all of them: a round runs each for some
 * milliseconds. Rates are in units of work per nanosecond.
 *
 * <p>Before that each runs until the JIT has compiled it: until for {@link #SETTLED} its rate has not risen and no
 * compilation has ended. A kernel that is not compiled yet is a hundred times slower, at a rate that may be steady too.
 */
final class Rounds {
    private static final long SAMPLE = 8_000_000;
    /** Before a sample, so that cores which had nothing to do are awake. */
    private static final long LEAD = 4_000_000;

    private static final long SETTLED = 500_000_000;
    /** A rate this much higher than all before has risen. */
    private static final double RISE = 1.03;

    private static final long LONGEST_WARM_UP = 8_000_000_000L;
    /** OpenBLAS's threads look for work for 2^28 cycles, a tenth of a second, before they sleep; until then they are in everybody's way. */
    private static final long SPINNING = 150_000_000;

    private final int count;
    private final LongSupplier clock;
    private final Map<String, Timed> timed = new LinkedHashMap<>();

    /**
     * Work to do and what has been measured of it.
     *
     * @param rest nanoseconds after it until the next begins
     */
    private record Timed(double work, Runnable body, long rest, List<Double> rates) {}

    Rounds(int count) {
        this(count, System::nanoTime);
    }

    /** @param clock in nanoseconds */
    Rounds(int count, LongSupplier clock) {
        this.count = count;
        this.clock = clock;
    }

    /** The processor time of the calling thread: what other programs take does not count. For work that stays on it. */
    static LongSupplier ownTime() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() ? threads::getCurrentThreadCpuTime : System::nanoTime;
    }

    /** @param work that one run does, in any unit */
    Rounds with(String name, double work, Runnable body) {
        return with(name, work, body, 0);
    }

    /** The same for what leaves threads of its own spinning: the next begins when they sleep. */
    Rounds withOwnThreads(String name, double work, Runnable body) {
        return with(name, work, body, SPINNING);
    }

    private Rounds with(String name, double work, Runnable body, long rest) {
        timed.put(name, new Timed(work, body, rest, new ArrayList<>()));
        return this;
    }

    Rounds run() {
        timed.values().forEach(each -> {
            warmUp(each);
            LockSupport.parkNanos(each.rest);
        });
        for (int round = 0; round < count; round++) {
            timed.values().forEach(each -> {
                sample(each, LEAD);
                each.rates.add(sample(each, SAMPLE));
                LockSupport.parkNanos(each.rest);
            });
        }
        return this;
    }

    private void warmUp(Timed each) {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long began = System.nanoTime();
        long changed = began;
        double highest = 0;
        long compiled = 0;
        while (System.nanoTime() - changed < SETTLED && System.nanoTime() - began < LONGEST_WARM_UP) {
            double rate = sample(each, SAMPLE);
            long compiling = compiler.getTotalCompilationTime();
            if (rate > RISE * highest || compiling > compiled) {
                changed = System.nanoTime();
            }
            highest = Math.max(highest, rate);
            compiled = compiling;
        }
    }

    private double sample(Timed each, long least) {
        long began = clock.getAsLong();
        long runs = 0;
        long elapsed;
        do {
            each.body.run();
            runs++;
            elapsed = clock.getAsLong() - began;
        } while (elapsed < least);
        return runs * each.work / elapsed;
    }

    /** The middle rate. */
    double median(String name) {
        return middle(rates(name));
    }

    double best(String name) {
        return rates(name).stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** The middle one of the rounds' ratios. */
    double ratio(String name, String to) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < count; round++) {
            ratios.add(rates(name).get(round) / rates(to).get(round));
        }
        return middle(ratios);
    }

    private List<Double> rates(String name) {
        Timed found = timed.get(name);
        if (found == null) {
            throw new IllegalArgumentException("nothing named '" + name + "' is timed");
        }
        return found.rates;
    }

    private static double middle(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
