package dev.rankine.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call of a back-end: the method, its Java numbers, and its tensors.
 *
 * @param action runs the call again on other tensors
 */
record RecordedCall(String method, List<Object> settings, List<Operand> operands, Action action) {

    /** Runs a call on tensors in the order of its operands. */
    interface Action {
        void on(@Nullable Tensor[] tensors);
    }

    /** What a call does with a tensor. */
    enum Use {
        READ,
        WRITTEN,
        CHANGED;

        boolean reads() {
            return this != WRITTEN;
        }

        boolean writes() {
            return this != READ;
        }
    }

    /** One life of a storage. */
    record Life(long storage, int generation) {
        static Life of(Storage storage) {
            return new Life(storage.id(), storage.generation());
        }

        static Life of(Tensor x) {
            return new Life(x.storage().id(), x.generation());
        }
    }

    /**
     * A tensor of a call.
     *
     * @param tensor null where the call was made without it
     * @param leased whether it belonged to a scope when the call was made, as opposed to a leaf or a kept result
     */
    record Operand(@Nullable Tensor tensor, Use use, boolean leased) {
        static Operand of(@Nullable Tensor tensor, Use use) {
            return new Operand(tensor, use, tensor != null && tensor.storage().lessor() != null);
        }
    }

    /** The tensors that the call was made with. */
    List<Tensor> tensors() {
        return operands.stream().map(Operand::tensor).filter(Objects::nonNull).toList();
    }

    /** How the form of a later call differs from this one, or null: the method, or types, shapes and strides. */
    @Nullable
    String otherForm(RecordedCall later) {
        if (!method.equals(later.method)) {
            return "'" + later.method + "' was called where '" + method + "' was";
        }
        for (int i = 0; i < operands.size(); i++) {
            Tensor before = operands.get(i).tensor();
            Tensor now = later.operands.get(i).tensor();
            if (!sameForm(before, now)) {
                return method + ": tensor " + i + " is " + now + ", it was " + before;
            }
        }
        return null;
    }

    private static boolean sameForm(@Nullable Tensor before, @Nullable Tensor now) {
        if (before == null || now == null) {
            return before == now;
        }
        return before.dtype() == now.dtype()
                && before.shape().equals(now.shape())
                && Arrays.equals(Views.strides(before), Views.strides(now));
    }

    /** Which Java number of a later call of the same form differs, or null. */
    @Nullable
    String otherNumbers(RecordedCall later) {
        for (int i = 0; i < settings.size(); i++) {
            if (!Objects.equals(settings.get(i), later.settings.get(i))) {
                return method + ": the Java number " + later.settings.get(i) + " was " + settings.get(i)
                        + " when the step was recorded; what changes must be a tensor";
            }
        }
        for (int i = 0; i < operands.size(); i++) {
            Tensor before = operands.get(i).tensor();
            Tensor now = later.operands.get(i).tensor();
            if (before != null && now != null && before.offset() != now.offset()) {
                return method + ": tensor " + i + " begins at element " + now.offset() + " of its storage, it began at "
                        + before.offset() + " when the step was recorded";
            }
        }
        return null;
    }
}
