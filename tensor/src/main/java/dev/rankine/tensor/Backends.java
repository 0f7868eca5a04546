package dev.rankine.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The choice of a back-end: explicit or by priority, and never changed silently. */
public final class Backends {
    private Backends() {}

    /** A back-end that exists in this build, and whether it can run here. */
    public record Candidate(BackendProvider provider, Probe probe) {
        public String name() {
            return provider.name();
        }

        /** By its name, or by the part before a device's. */
        boolean isAskedForBy(String name) {
            return name().equals(name) || name().startsWith(name + ":");
        }
    }

    /** What was chosen, and the line to print at start-up: which back-end, on what, and why others are off. */
    public record Choice(Backend backend, String line) {}

    /** Every back-end of this build, the preferred first. */
    public static List<Candidate> all() {
        List<Candidate> candidates = new ArrayList<>();
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader())) {
            for (BackendProvider device : provider.devices()) {
                candidates.add(new Candidate(device, device.probe()));
            }
        }
        if (candidates.stream().noneMatch(candidate -> candidate.isAskedForBy(NotInThisBuild.NAME))) {
            BackendProvider missing = new NotInThisBuild();
            candidates.add(new Candidate(missing, missing.probe()));
        }
        candidates.sort(Comparator.comparingInt((Candidate c) -> c.provider().priority())
                .reversed()
                .thenComparing(Candidate::name));
        return candidates;
    }

    /**
     * Makes the named back-end, or the preferred one that is ready.
     *
     * @param name null for the choice by priority
     * @param threads worker threads, at least 1
     * @throws IllegalArgumentException if there is no back-end of that name
     * @throws IllegalStateException if the named one cannot run here, with reason and remedy
     */
    public static Choice choose(@Nullable String name, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + threads);
        }
        List<Candidate> candidates = all();
        Candidate chosen = name == null ? firstReady(candidates) : named(candidates, name);
        Backend backend = chosen.provider().create(threads);
        String off = candidates.stream()
                .filter(candidate -> !candidate.equals(chosen))
                .filter(candidate -> candidate.probe() instanceof Probe.Unavailable)
                .map(candidate -> "; " + candidate.name() + " off: " + explain((Probe.Unavailable) candidate.probe()))
                .collect(Collectors.joining());
        return new Choice(backend, "back-end " + backend.name() + " (" + backend.description() + ")" + off);
    }

    /** {@link BackendProvider#warmUps} of the preferred back-end that is ready. */
    public static List<Runnable> warmUps() {
        return firstReady(all()).provider().warmUps();
    }

    private static Candidate firstReady(List<Candidate> candidates) {
        return candidates.stream()
                .filter(candidate -> candidate.probe() instanceof Probe.Ready)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no back-end can run here: the jar is incomplete"));
    }

    private static Candidate named(List<Candidate> candidates, String name) {
        for (Candidate candidate : candidates) {
            if (candidate.isAskedForBy(name)) {
                if (candidate.probe() instanceof Probe.Unavailable unavailable) {
                    throw new IllegalStateException("back-end " + name + " cannot run here: " + explain(unavailable));
                }
                return candidate;
            }
        }
        String known = candidates.stream().map(Candidate::name).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("there is no back-end '" + name + "': choose one of " + known);
    }

    private static String explain(Probe.Unavailable unavailable) {
        return unavailable.reason() + " (" + unavailable.remedy() + ")";
    }
}
