package dev.rankine.tensor;

import dev.rankine.tensor.RecordedCall.Operand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A back-end that behaves like a device with a command graph: the calls of the first step are carried out and recorded;
 * the calls of later steps are only checked against the record, which is played on memory of its own at the end of the
 * step or when the host reads. A step is what happens while an outermost scope is open.
 *
 * <p>It fails where a device would silently compute something else: a Java number that changes from step to step, another
 * sequence of calls, a parameter that has moved. Other shapes, or a step that begins with another method, are another
 * kind of step and are recorded anew.
 */
public final class RecordingBackend extends RecordingCalls implements Storage.Residence {
    private final Backend delegate;
    private final ScopePool scratch;
    private final List<RecordedStep> records = new ArrayList<>();
    private int openScopes;
    private boolean paused;
    private int replayedSteps;

    // the running step: its calls, and the records that it agrees with so far (none: it is being recorded)
    private boolean running;
    private final List<RecordedCall> calls = new ArrayList<>();
    private final Set<RecordedCall.Life> written = new HashSet<>();
    private List<StepReplay> replays = List.of();
    private @Nullable String failure;

    private RecordingBackend(Backend delegate) {
        super(delegate);
        this.delegate = delegate;
        this.scratch = new ScopePool(delegate);
    }

    /** Records the steps of another back-end and plays them on it. */
    public static RecordingBackend over(Backend delegate) {
        return new RecordingBackend(delegate);
    }

    @Override
    public boolean isDevice() {
        return true;
    }

    /** How many steps were played from a record. */
    public int replayedSteps() {
        return replayedSteps;
    }

    /** How many steps were recorded: one for each sequence of shapes. */
    public int recordedSteps() {
        return records.size();
    }

    /** Forgets the records: from here on another sequence of calls is right. */
    public void forget() {
        records.clear();
    }

    /** Carries out what is called until the guard closes, for example an evaluation between steps. */
    public Pause pause() {
        if (running) {
            throw new IllegalStateException("a step is running");
        }
        paused = true;
        return () -> paused = false;
    }

    /** Ends a {@link #pause()}. */
    public interface Pause extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public void scopeOpened(Scope scope) {
        if (openScopes++ == 0 && !paused) {
            running = true;
            failure = null;
            calls.clear();
            written.clear();
            replays = records.stream()
                    .map(record -> new StepReplay(record, delegate, this))
                    .toList();
        }
    }

    @Override
    public void scopeClosing(Scope scope) {
        if (--openScopes > 0 || !running) {
            return;
        }
        try {
            if (failure == null) {
                endStep();
            }
        } finally {
            running = false;
            replays = List.of();
        }
    }

    private void endStep() {
        if (replays.isEmpty()) {
            if (!calls.isEmpty()) {
                records.add(new RecordedStep(calls));
            }
            return;
        }
        StepReplay replay = replays.stream()
                .filter(candidate -> candidate.size() == calls.size())
                .findFirst()
                .orElse(null);
        if (replay == null && !calls.isEmpty()) {
            throw fail("the step ended after " + calls.size() + " calls, the recorded one had "
                    + replays.getFirst().size());
        }
        if (replay != null) {
            replay.playTo(calls.size(), calls);
            replay.bringHome(false);
            replayedSteps++;
        }
    }

    private IllegalStateException fail(String why) {
        failure = "call " + calls.size() + " of the step: " + why;
        return new IllegalStateException(failure);
    }

    @Override
    void call(String method, List<Object> settings, List<Operand> operands, RecordedCall.Action action) {
        RecordedCall call = new RecordedCall(method, settings, operands, action);
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
        if (!running) {
            carryOut(call);
            return;
        }
        noteWrites(call);
        replays = replays.isEmpty() ? replays : agreeing(call);
        calls.add(call);
        if (replays.isEmpty()) {
            carryOut(call);
        }
    }

    /** A result that is read must have been written by a call: host writes do not reach a device's results. */
    private void noteWrites(RecordedCall call) {
        for (Operand operand : call.operands()) {
            Tensor x = operand.tensor();
            boolean undefined = x != null && operand.leased() && !written.contains(RecordedCall.Life.of(x));
            if (undefined && operand.use().reads()) {
                throw fail(call.method() + " reads " + x + ", which no call has written");
            }
        }
        for (Operand operand : call.operands()) {
            if (operand.tensor() != null && operand.use().writes()) {
                written.add(RecordedCall.Life.of(operand.tensor()));
            }
        }
    }

    /** The records that agree with this call too; none if the step turns out to be a new one. */
    private List<StepReplay> agreeing(RecordedCall call) {
        int i = calls.size();
        List<StepReplay> sameForm = replays.stream()
                .filter(replay -> replay.otherForm(i, call) == null)
                .toList();
        if (sameForm.isEmpty()) {
            boolean otherShapes = replays.stream().anyMatch(replay -> replay.sameMethod(i, call));
            if (i > 0 && !otherShapes) {
                throw fail(replays.getFirst().otherForm(i, call));
            }
            StepReplay first = replays.getFirst();
            first.playTo(i, calls);
            first.bringHome(true);
            return List.of();
        }
        List<StepReplay> agreeing = new ArrayList<>();
        String difference = null;
        for (StepReplay replay : sameForm) {
            String other = replay.bind(i, call);
            if (other == null) {
                agreeing.add(replay);
            }
            difference = other;
        }
        if (agreeing.isEmpty()) {
            throw fail(difference);
        }
        return agreeing;
    }

    /** On the tensors of the running step, with fused operations' temporaries in a scope of their own. */
    private void carryOut(RecordedCall call) {
        Tensor[] tensors = new Tensor[call.operands().size()];
        for (int o = 0; o < tensors.length; o++) {
            Tensor x = call.operands().get(o).tensor();
            tensors[o] = x == null ? null : StepReplay.onto(delegate, x, x.storage());
        }
        try (Scope temporaries = scratch.open()) {
            call.action().on(tensors);
        }
    }

    @Override
    public void bringHome(Storage storage) {
        if (replays.isEmpty()) {
            storage.residesOn(null);
            return;
        }
        StepReplay replay = replays.getFirst();
        replays = List.of(replay);
        replay.playTo(calls.size(), calls);
        replay.bringHome(storage);
    }
}
