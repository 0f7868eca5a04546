package dev.rankine;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Data that is too large, or not ours, to be kept in the repository. Tests that need it are skipped where it is not. */
public final class RealData {
    private RealData() {}

    /** A file or folder under {@code -Drankine.data}, or under {@code ../shared/data} where that is not given. */
    public static Path at(String path) {
        String given = System.getProperty("rankine.data");
        Path folder = given == null ? Repository.root().resolve("../shared/data") : Path.of(given);
        Path wanted = folder.resolve(path).normalize();
        Assumptions.assumeTrue(
                Files.exists(wanted), () -> "skipped: there is no " + wanted + "; give its folder by -Drankine.data");
        return wanted;
    }
}
