package dev.rankine.autograd;

import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What a forward pass keeps for its backward pass, and which inputs need a gradient at all. */
public final class Saved {
    private final String operation;
    private final boolean[] needs;
    private final boolean tracked;
    private final List<Tensor> tensors = new ArrayList<>();

    Saved(String operation, boolean[] needs) {
        this.operation = operation;
        this.needs = needs;
        boolean any = false;
        for (boolean need : needs) {
            any |= need;
        }
        this.tracked = any;
    }

    /** Whether the gradient of input {@code i} is wanted. */
    public boolean needs(int i) {
        return needs[i];
    }

    /** Keeps tensors until the backward pass has used them; does nothing where there will be no backward pass. */
    public void save(Tensor... kept) {
        if (tracked) {
            for (Tensor tensor : kept) {
                tensor.storage().hold();
                tensors.add(tensor);
            }
        }
    }

    /** The {@code i}-th tensor that the forward pass saved. */
    public Tensor get(int i) {
        return tensors.get(i).checkAlive(operation + " (backward)");
    }

    /** What is held here. */
    List<Tensor> tensors() {
        return tensors;
    }

    /** Lets go of everything; leased memory that no other operation waits for returns to its scope. */
    void release() {
        for (Tensor tensor : tensors) {
            if (tensor.isAlive()) {
                tensor.storage().releaseHold();
            }
        }
        tensors.clear();
    }
}
