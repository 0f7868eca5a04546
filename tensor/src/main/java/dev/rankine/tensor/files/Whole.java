package dev.rankine.tensor.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that are there whole or not at all: they are written aside, forced to the disk and moved into place, so
 * that whoever reads or interrupts sees the old content or the new one. What fails leaves the old one and no rest.
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
        try {
            Files.deleteIfExists(aside);
            content.write(aside);
            force(aside);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException | Error failure) {
            cleanUp(aside, failure);
            throw failure;
        }
        forceFolderOf(file);
    }

    /** Puts a folder in place of the one that may be there. */
    public static void folder(Path folder, Content content) throws IOException {
        recover(folder);
        Path aside = beside(folder, NEW);
        Path before = beside(folder, OLD);
        try {
            Files.createDirectories(aside);
            content.write(aside);
            forceAll(aside);
        } catch (IOException | RuntimeException | Error failure) {
            cleanUp(aside, failure);
            throw failure;
        }
        if (Files.exists(folder)) {
            Files.move(folder, before, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
        forceFolderOf(folder);
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

    private static void cleanUp(Path aside, Throwable failure) {
        try {
            delete(aside);
        } catch (IOException another) {
            failure.addSuppressed(another);
        }
    }

    /** Waits until a file's content is on the disk: a move that a power cut keeps must not name an empty file. */
    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void forceAll(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                force(file);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The same for the move itself. */
    private static void forceFolderOf(Path place) {
        Path folder = place.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (IOException cannotBeOpened) {
                return; // as on Windows, which writes moves by itself
            }
        }
    }

    /** Removes a file, or a folder and all that is in it; does nothing where there is none. */
    public static void delete(Path place) throws IOException {
        if (!Files.exists(place)) {
            return;
        }
        Files.walkFileTree(place, new SimpleFileVisitor<>() {
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
