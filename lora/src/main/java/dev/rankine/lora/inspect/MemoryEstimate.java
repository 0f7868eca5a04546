package dev.rankine.lora.inspect;

/**
 * What fine-tuning needs in memory, in bytes, before any of it is taken.
 *
 * @param weights of the model, as its files hold them: they are mapped, not copied
 * @param wide those of them in F32, whose panels may be kept packed
 * @param trained values, gradients and AdamW's two moments of what is trained
 * @param activations what a step keeps between forward and backward
 * @param batch examples of a micro-batch
 * @param symbols of each example
 */
public record MemoryEstimate(long weights, long wide, long trained, long activations, long batch, long symbols) {
    /** The Java heap and the program's code: what runs of small models take beside tensors. */
    public static final long PROGRAM = 300L << 20;

    private static final int COPIES = 4;

    /** Panels are kept in both orders, for x W^T and for dY W, where batches are small. */
    private static final int ORDERS = 2;

    /**
     * An estimate for F32 adapters beside frozen weights of F32.
     *
     * @param weights bytes of the frozen weights
     * @param trainedNumbers that are trained
     */
    public static MemoryEstimate of(ModelForm form, long weights, long trainedNumbers, long batch, long symbols) {
        if (batch < 1 || symbols < 1) {
            throw new IllegalArgumentException(
                    "a step needs at least 1 example of 1 symbol, got " + batch + " of " + symbols);
        }
        return new MemoryEstimate(
                weights,
                weights,
                Math.multiplyExact(trainedNumbers, (long) COPIES * Float.BYTES),
                form.activations(batch, symbols),
                batch,
                symbols);
    }

    /** The same for weights of which some are of fewer bits: their panels are never kept. */
    public MemoryEstimate storedWide(long bytes) {
        return new MemoryEstimate(weights, bytes, trained, activations, batch, symbols);
    }

    /** The same for layers that run again in the backward pass instead of keeping what they made. */
    public MemoryEstimate recomputing(ModelForm form) {
        return new MemoryEstimate(weights, wide, trained, form.recomputedActivations(batch, symbols), batch, symbols);
    }

    /** Bytes that are allocated for tensors; mapped files do not count there. */
    public long tensors() {
        return sum(trained, activations);
    }

    /** Everything but kept panels, with the program itself. */
    public long total() {
        return sum(sum(weights, tensors()), PROGRAM);
    }

    /** No sum of two amounts turns negative: an absurd one is the largest there is. */
    private static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** What frozen weights that are kept packed take on a machine, at most. */
    public long packed(MachineMemory machine) {
        return wide > Long.MAX_VALUE / ORDERS ? machine.caches() : Math.min(machine.caches(), ORDERS * wide);
    }

    /** Whether it fits a machine. */
    public boolean fits(MachineMemory machine) {
        return sum(tensors(), packed(machine)) <= machine.tensors()
                && sum(total(), packed(machine)) <= machine.physical();
    }

    /**
     * The largest micro-batch that fits, of examples as long as these; 0 if not even one does. Activations grow in
     * proportion to the batch.
     */
    public long largestBatch(MachineMemory machine) {
        long room = Math.min(machine.tensors(), machine.physical() - PROGRAM - weights) - packed(machine) - trained;
        double each = (double) activations / batch;
        return Math.clamp((long) Math.floor(room / each), 0, Long.MAX_VALUE);
    }

    /**
     * Refuses a start that would run out of memory.
     *
     * @throws IllegalArgumentException with the estimate and what would fit
     */
    public void require(MachineMemory machine) {
        if (fits(machine)) {
            return;
        }
        long largest = largestBatch(machine);
        throw new IllegalArgumentException("training with " + batch + " examples of up to " + symbols
                + " symbols at once needs about " + Bytes.text(sum(total(), packed(machine))) + " (weights "
                + Bytes.text(weights)
                + ", kept packed up to " + Bytes.text(packed(machine)) + ", what is trained " + Bytes.text(trained)
                + ", activations " + Bytes.text(activations)
                + "); there are " + machine.describe() + "; "
                + (largest > 0
                        ? "up to " + largest + " at once would fit: use --batch " + largest
                                + " and --accumulate, or --recompute, or cut the texts"
                        : "not even one example would fit: use --recompute, cut the texts, or use a smaller model"));
    }
}
