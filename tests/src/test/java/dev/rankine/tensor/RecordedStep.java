package dev.rankine.tensor;

import dev.rankine.tensor.RecordedCall.Life;
import dev.rankine.tensor.RecordedCall.Operand;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The calls of a step, and memory of its own for every result and for every leaf that later steps bring anew: what a
 * device keeps resident. Every life of a pooled storage has its own memory here, so a result stays as it was until the
 * end of the step, whatever the pool of the step that asks for it did.
 */
final class RecordedStep {
    private final List<RecordedCall> calls;
    private final Map<Life, Storage> memory = new HashMap<>();
    private final Set<Life> results = new HashSet<>();

    RecordedStep(List<RecordedCall> calls) {
        this.calls = List.copyOf(calls);
        for (RecordedCall call : calls) {
            for (Operand operand : call.operands()) {
                if (operand.tensor() != null && operand.leased()) {
                    results.add(Life.of(operand.tensor()));
                    memoryOf(operand.tensor());
                }
            }
        }
    }

    int size() {
        return calls.size();
    }

    RecordedCall call(int i) {
        return calls.get(i);
    }

    /** Whether a tensor of this step was one of its results, also if it was kept in the end. */
    boolean isResult(Tensor recorded) {
        return results.contains(Life.of(recorded));
    }

    /** The memory that stands for the storage of a tensor of this step. */
    Storage memoryOf(Tensor recorded) {
        Storage storage = recorded.storage();
        return memory.computeIfAbsent(Life.of(recorded), life -> Storage.allocate(storage.dtype(), storage.elements()));
    }
}
