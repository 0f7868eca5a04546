package dev.rankine.transformer.train;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that are there whole or not at all: they are written aside and moved into place, so that whoever
 * reads or interrupts sees the old content or the new one.
 */
public final class Whole {
    private static final String NEW = ".new";
    private static final String OLD = ".old";

    private Whole() {}

    /** Fills the file or folder that it is given. */
    @FunctionalInterface
    public interface Content {
        void write(Path place) throws IOException;
    }

    /** Puts a file in place. */
    public static void file(Path file, Content content) throws IOException {
        Path aside = beside(file, NEW);
        Files.deleteIfExists(aside);
        content.write(aside);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Puts a folder in place of the one that may be there. */
    public static void folder(Path folder, Content content) throws IOException {
        recover(folder);
        Path aside = beside(folder, NEW);
        Path before = beside(folder, OLD);
        delete(aside);
        Files.createDirectories(aside);
        content.write(aside);
        if (Files.exists(folder)) {
            Files.move(folder, before, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
        delete(before);
    }

    /** Ends what an interruption left half-done. Call it before reading a folder that {@link #folder} writes. */
    public static void recover(Path folder) throws IOException {
        Path before = beside(folder, OLD);
        if (Files.exists(before)) {
            if (Files.exists(folder)) {
                delete(before);
            } else {
                Files.move(before, folder, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        delete(beside(folder, NEW));
    }

    private static Path beside(Path place, String suffix) {
        return place.resolveSibling(place.getFileName() + suffix);
    }

    /** Removes a folder and all that is in it; does nothing where there is none. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
