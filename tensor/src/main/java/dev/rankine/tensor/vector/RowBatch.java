package dev.rankine.tensor.vector;

import dev.rankine.tensor.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;

/**
 * Operations that are made unit by unit, as one job: a thread takes some rows through all of them, one operation after the
 * other, while these rows are in its cache, and no thread waits for another between two operations.
 *
 * <p>The parts of the job: what all units need is packed; all units; what they add up to; and small operations that need
 * that, in their order.
 */
final class RowBatch implements Storage.Awaited {
    /** Blocks of units that are handed out, at least, and for each thread. */
    private static final int BLOCKS = 32;

    private static final int BLOCKS_OF_THREAD = 4;
    /** With fewer units than this, threads would have too little to choose from. */
    static final int LEAST_UNITS = 16;

    private static final int MOST_STEPS = 128;
    /** Bytes of packed panels that all rows pass by: with as many the rows stay in the second cache too. */
    private static final long NEAR = 1 << 20;
    /** Where units are single elements, blocks hold whole vectors. */
    private static final int MULTIPLE = 16;
    /** Where they are single rows, whole tiles. */
    private static final int TILE = Packing.MAX_TILE_ROWS;

    private final RowWork owner;
    private final Room room = new Room();
    private final List<RowStep> steps = new ArrayList<>();
    private final List<RowStep> last = new ArrayList<>();
    private final List<Use> uses = new ArrayList<>();
    /** In how many equal parts all steps can be made; 0 before the first one. */
    private int units;
    /** How many of these belong together. */
    private int grain = 1;

    private long work;
    private long packed;
    private int packs;
    private int sums;
    private int each;
    private int blocks;

    RowBatch(RowWork owner) {
        this.owner = owner;
    }

    @Override
    public void await() {
        owner.await(this);
    }

    @Override
    public boolean isOf(Object queue) {
        return owner.equals(queue);
    }

    boolean isEmpty() {
        return steps.isEmpty() && last.isEmpty();
    }

    long work() {
        return work;
    }

    /** Whether every unit of the step needs only the same units of those that are here. */
    boolean takes(RowStep step) {
        int joint = gcd(units, step.units());
        int together = together(joint, step);
        if (together == 0 || Math.ceilDiv(joint, together) < LEAST_UNITS || steps.size() + last.size() >= MOST_STEPS) {
            return false;
        }
        if (!steps.isEmpty() && packed + step.packedBytes() > NEAR) {
            return false;
        }
        for (Use use : step.uses()) {
            for (int i = 0; i < uses.size(); i++) {
                if (use.conflictsWith(uses.get(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** The grain of so many units with a step among the others; 0 where there is none. */
    private int together(int joint, RowStep step) {
        int own = grain(grain, units == 0 ? 1 : units / joint);
        int further = step.grain(joint);
        return own == 0 || further == 0 ? 0 : own / gcd(own, further) * further;
    }

    /** A grain of units in larger units, each of some of them; 0 where it ends within one. */
    static int grain(int grain, int some) {
        return some % grain == 0 ? 1 : grain % some == 0 ? grain / some : 0;
    }

    void add(RowStep step) {
        int joint = gcd(units, step.units());
        grain = Math.max(1, together(joint, step));
        units = joint;
        step.begin(room);
        steps.add(step);
        packs += step.packs();
        sums += step.sums();
        work += step.work();
        packed += step.packedBytes();
        for (Use use : step.uses()) {
            use(use);
            if (use.writes() && !use.byUnit()) {
                use.storage().reuseLate();
            }
        }
    }

    /** Adds a small operation that comes behind all others. */
    void addLast(RowStep step) {
        last.add(step);
        for (Use use : step.uses()) {
            use(use.ofAll());
            use.storage().reuseLate();
        }
    }

    private void use(Use use) {
        uses.add(use);
        use.storage().awaits(this, use.writes());
    }

    WorkerPool.Begun begin(WorkerPool pool) {
        int least = Math.max(1, units / Math.max(BLOCKS, BLOCKS_OF_THREAD * pool.threads()));
        int multiple = least >= 4 * MULTIPLE ? MULTIPLE : least > TILE ? TILE : 1;
        each = Packing.roundUp(least, grain > 1 ? grain : multiple);
        blocks = (units + each - 1) / each;
        int rowsEnd = packs + blocks;
        return pool.begin(this::run, packs, rowsEnd, rowsEnd + sums, rowsEnd + sums + (last.isEmpty() ? 0 : 1));
    }

    private void run(int block) {
        if (block < packs) {
            task(block, RowStep::packs, RowStep::pack);
        } else if (block < packs + blocks) {
            rows(block - packs);
        } else if (block < packs + blocks + sums) {
            task(block - packs - blocks, RowStep::sums, RowStep::sum);
        } else {
            for (int i = 0; i < last.size(); i++) {
                last.get(i).alone(room);
            }
        }
    }

    private void rows(int block) {
        int from = block * each;
        int end = Math.min(units, from + each);
        for (int i = 0; i < steps.size(); i++) {
            RowStep step = steps.get(i);
            int own = step.units() / units;
            step.rows(from * own, end * own);
        }
    }

    /** Runs task {@code place} of those that all steps have. */
    private void task(int place, ToIntFunction<RowStep> count, ObjIntConsumer<RowStep> run) {
        int task = place;
        int i = 0;
        while (task >= count.applyAsInt(steps.get(i))) {
            task -= count.applyAsInt(steps.get(i++));
        }
        run.accept(steps.get(i), task);
    }

    /** Says that all is done, and forgets it. */
    void done() {
        for (int i = 0; i < uses.size(); i++) {
            uses.get(i).storage().done(this);
        }
        uses.clear();
        steps.clear();
        last.clear();
        room.clear();
        units = 0;
        grain = 1;
        work = 0;
        packs = 0;
        sums = 0;
        packed = 0;
    }
}
