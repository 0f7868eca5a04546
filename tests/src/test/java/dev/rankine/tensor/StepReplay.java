package dev.rankine.tensor;

import dev.rankine.tensor.RecordedCall.Life;
import dev.rankine.tensor.RecordedCall.Operand;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A running step held against a recorded one: which of its tensors stands for which, and how far the record has been
 * played. Leaves that are the same storage in both are used where they are; other leaves are copied into the record's
 * memory before they are read.
 */
final class StepReplay {
    private final RecordedStep record;
    private final Backend delegate;
    private final Storage.Residence device;
    private final Map<Life, Tensor> recordedOf = new HashMap<>();
    private final Map<Life, Life> runningOf = new HashMap<>();
    /** The results of the running step whose newest content is in the record's memory. */
    private final Map<Life, Tensor> resident = new HashMap<>();

    private final Set<Life> results = new HashSet<>();
    private int played;

    StepReplay(RecordedStep record, Backend delegate, Storage.Residence device) {
        this.record = record;
        this.delegate = delegate;
        this.device = device;
    }

    int size() {
        return record.size();
    }

    /** How the form of the {@code i}-th call of the running step differs from the record's, or null. */
    @Nullable
    String otherForm(int i, RecordedCall now) {
        return i == record.size()
                ? "'" + now.method() + "' was called after the last call of the recorded step"
                : record.call(i).otherForm(now);
    }

    /** Whether the record has the same method there. */
    boolean sameMethod(int i, RecordedCall now) {
        return i < record.size() && record.call(i).method().equals(now.method());
    }

    /**
     * Notes which tensor stands for which in a call of the same form.
     *
     * @return what else differs: a Java number, or that a tensor stood for another one before; null if nothing does
     */
    @Nullable
    String bind(int i, RecordedCall now) {
        RecordedCall then = record.call(i);
        String difference = then.otherNumbers(now);
        for (int o = 0; difference == null && o < now.operands().size(); o++) {
            if (now.operands().get(o).tensor() != null) {
                difference = bind(
                        now.method() + ": tensor " + o,
                        then.operands().get(o),
                        now.operands().get(o));
            }
        }
        return difference;
    }

    private @Nullable String bind(String where, Operand then, Operand now) {
        Tensor recorded = then.tensor();
        Tensor running = now.tensor();
        Life runningLife = Life.of(running);
        if (now.leased()) {
            results.add(runningLife);
        }
        running.storage().residesOn(device);
        if (record.isResult(recorded) != results.contains(runningLife)) {
            return where + " is a " + kind(results.contains(runningLife)) + ", it was a "
                    + kind(record.isResult(recorded)) + " when the step was recorded";
        }
        if (now.use().writes() && isNewLeaf(recorded, running)) {
            return where + " is changed in place and is not the tensor that the recorded step changed";
        }
        Tensor stoodFor = recordedOf.putIfAbsent(runningLife, recorded);
        Life stoodHere = runningOf.putIfAbsent(Life.of(recorded), runningLife);
        boolean consistent = (stoodFor == null || Life.of(stoodFor).equals(Life.of(recorded)))
                && (stoodHere == null || stoodHere.equals(runningLife));
        return consistent ? null : where + " is not the same one of the step's tensors as when it was recorded";
    }

    private static String kind(boolean result) {
        return result ? "result of the step" : "leaf";
    }

    private boolean isNewLeaf(Tensor recorded, Tensor running) {
        return !record.isResult(recorded) && recorded.storage() != running.storage();
    }

    /** Plays the record up to a call, for the checked calls of the running step. */
    void playTo(int end, List<RecordedCall> running) {
        if (played == end) {
            return;
        }
        for (RecordedCall call : running.subList(played, end)) {
            call.tensors().forEach(x -> x.storage().residesOn(null));
        }
        Set<Life> copied = new HashSet<>();
        for (; played < end; played++) {
            play(record.call(played), running.get(played), copied);
        }
        resident.values().stream()
                .filter(Tensor::isAlive)
                .forEach(x -> x.storage().residesOn(device));
    }

    private void play(RecordedCall then, RecordedCall now, Set<Life> copied) {
        Tensor[] tensors = new Tensor[then.operands().size()];
        for (int o = 0; o < tensors.length; o++) {
            Tensor recorded = then.operands().get(o).tensor();
            Tensor running = now.operands().get(o).tensor();
            if (recorded == null || running == null) {
                continue;
            }
            Storage place = placeOf(recorded);
            if (isNewLeaf(recorded, running)) {
                place = record.memoryOf(recorded);
                if (copied.add(Life.of(running))) {
                    copy(running.storage(), place);
                }
            }
            if (then.operands().get(o).use().writes()) {
                place.written();
            }
            if (record.isResult(recorded) && running.isAlive()) {
                resident.put(Life.of(running), running);
            }
            tensors[o] = onto(delegate, recorded, place);
        }
        then.action().on(tensors);
    }

    private Storage placeOf(Tensor recorded) {
        return record.isResult(recorded) ? record.memoryOf(recorded) : recorded.storage();
    }

    /** The same view on another storage and back-end. */
    static Tensor onto(Backend backend, Tensor view, Storage storage) {
        return Tensor.over(backend, storage, Shape.of(0)).view(view.shape(), Views.strides(view), view.offset());
    }

    private static void copy(Storage from, Storage to) {
        MemorySegment target = to.hostForWriting();
        MemorySegment source = from.host();
        // a kept result has the size of its pool's block
        MemorySegment.copy(source, 0, target, 0, Math.min(source.byteSize(), target.byteSize()));
    }

    /** Gives a storage of the running step the content that the record has computed for it. */
    void bringHome(Storage storage) {
        storage.residesOn(null);
        Tensor result = resident.remove(Life.of(storage));
        if (result != null) {
            copy(record.memoryOf(recordedOf.get(Life.of(result))), storage);
        }
    }

    /** The results that have left the step by {@link Tensor#keep()}, or all that are alive. */
    void bringHome(boolean all) {
        for (Tensor result : List.copyOf(resident.values())) {
            if (result.isAlive() && (all || result.storage().lessor() == null)) {
                bringHome(result.storage());
            }
        }
    }
}
