package dev.rankine.cli;

import dev.rankine.tensor.Backends;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a call that computes will need is begun while its options are still being read, on threads of its own. Nothing waits
 * for them and no result depends on them.
 */
final class HeadStart {
    private static final Set<String> COMPUTE = Set.of("bench", "demo", "evaluate", "finetune", "predict");

    private HeadStart() {}

    /** Begins it if the call is one that computes, and if there is a processor for it. */
    static void of(String... arguments) {
        if (arguments.length == 0
                || !COMPUTE.contains(arguments[0])
                || Runtime.getRuntime().availableProcessors() == 1) {
            return;
        }
        begin(HeadStart::readJson);
        if (Arrays.stream(arguments).noneMatch(argument -> argument.startsWith("--backend"))) {
            begin(() -> Backends.warmUps().forEach(HeadStart::begin));
        }
    }

    private static void begin(Runnable work) {
        Thread thread = new Thread(work, "rankine-head-start");
        thread.setDaemon(true);
        thread.start();
    }

    /** Jackson's classes initialize each other for a tenth of a second. */
    private static void readJson() {
        JsonMapper.shared().readTree("{\"a\": [1, 0.5, null]}".getBytes(StandardCharsets.UTF_8));
    }
}
