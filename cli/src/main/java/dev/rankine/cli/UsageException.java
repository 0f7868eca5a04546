package dev.rankine.cli;

/** The call was wrong; the message says what and what would be right. Ends the command with exit code 2. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }

    private UsageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Runs a part of a command that only checks what was asked for: whatever it refuses, the call was wrong. */
    static <T> T whileChecking(java.util.function.Supplier<T> check) {
        try {
            return check.get();
        } catch (IllegalArgumentException | IllegalStateException refused) {
            throw new UsageException(String.valueOf(refused.getMessage()), refused);
        }
    }
}
