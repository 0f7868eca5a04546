package dev.rankine.tensor.vector;

/**
 * An operation whose result has units (rows, examples), each of which needs only the same unit of what other operations of a
 * {@link RowBatch} make. What all units need is packed before; what they add up to is summed behind.
 */
abstract class RowStep {
    private final int units;
    private final int grain;
    private final long work;
    private final Use[] uses;

    /**
     * @param units in how many equal parts it can be made; 1 where only as a whole
     * @param work in elements of a simple operation
     */
    RowStep(int units, long work, Use... uses) {
        this(units, 1, work, uses);
    }

    /** @param grain how many units belong together, from the first on; behind the last whole grain there may be fewer */
    RowStep(int units, int grain, long work, Use... uses) {
        this.units = units;
        this.grain = grain;
        this.work = work;
        this.uses = uses;
    }

    /** The work on units [from, end). */
    @FunctionalInterface
    interface Body {
        void run(int from, int end);
    }

    /** A step that needs nothing before and nothing behind. */
    static RowStep of(int units, long work, Body body, Use... uses) {
        return new RowStep(units, work, uses) {
            @Override
            void rows(int from, int end) {
                body.run(from, end);
            }
        };
    }

    final int units() {
        return units;
    }

    /** The grain where {@code joint} units, of which each has some of these, are cut; 0 where they cannot be. */
    final int grain(int joint) {
        return RowBatch.grain(grain, units / joint);
    }

    final long work() {
        return work;
    }

    final Use[] uses() {
        return uses;
    }

    /** Whether put-off work is still to make what it reads, or to use what it writes. */
    final boolean isAwaited() {
        for (Use use : uses) {
            if (use.storage().isAwaited(use.writes())) {
                return true;
            }
        }
        return false;
    }

    /** Whether somebody may look at its results without asking for them. */
    final boolean isVisible() {
        for (Use use : uses) {
            if (use.writes() && use.storage().isForeign()) {
                return true;
            }
        }
        return false;
    }

    /** Takes the memory that it needs until it is done. */
    void begin(Room room) {}

    /** Bytes that every unit passes by. */
    long packedBytes() {
        return 0;
    }

    /** How many tasks there are before all units. */
    int packs() {
        return 0;
    }

    void pack(int task) {}

    /** Makes units [from, end). */
    abstract void rows(int from, int end);

    /** How many tasks there are behind all units. */
    int sums() {
        return 0;
    }

    void sum(int task) {}

    /** Makes all of it on the calling thread. */
    final void alone(Room room) {
        begin(room);
        for (int task = 0; task < packs(); task++) {
            pack(task);
        }
        rows(0, units);
        for (int task = 0; task < sums(); task++) {
            sum(task);
        }
    }
}
