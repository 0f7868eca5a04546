package dev.rankine.transformer.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * That one run alone writes to a folder: a lock of the operating system on a file in it, which ends with the process, however
 * that ends. The file may stay then; it means nothing without the lock.
 */
public final class RunLock implements AutoCloseable {
    private static final String FILE = ".lock";

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * @param words is told where the file system knows no locks, so that nobody is kept out
     * @throws RunFolderException if another run holds the folder
     */
    static RunLock of(Path folder, Consumer<String> words) throws IOException {
        Path file = folder.resolve(FILE);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        // whoever held it before may just have removed the file
        if (!isLocked(channel, folder, words) || !Files.exists(file)) {
            channel.close();
            throw new RunFolderException(
                    folder + " is in use: another run is writing to it; wait for its end, or choose another folder");
        }
        return new RunLock(file, channel);
    }

    private static boolean isLocked(FileChannel channel, Path folder, Consumer<String> words) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        } catch (IOException noLocks) {
            words.accept(folder + " cannot be locked (" + noLocks.getMessage()
                    + "): see that no other run writes to it meanwhile");
            return true;
        }
    }

    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
