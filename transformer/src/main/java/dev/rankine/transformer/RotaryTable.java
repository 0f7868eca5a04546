package dev.rankine.transformer;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The cosines and sines of rotary positions. One persistent pair of tables serves every length up to its own; it is made
 * anew when a sequence is longer, and with a scaling that depends on the length.
 */
final class RotaryTable {
    private static final int SMALLEST = 64;

    private final Backend backend;
    private final DType dtype;
    private final PositionKind.Rotary kind;
    private final int headWidth;
    private final int maxPositions;
    private @Nullable Rotation table;
    private int rows;
    private int lengthOfFrequencies;

    RotaryTable(PositionKind.Rotary kind, TransformerSettings settings, Weights weights) {
        backend = weights.backend();
        dtype = weights.dtype();
        this.kind = kind;
        headWidth = settings.width() / settings.decoder().heads();
        maxPositions = settings.maxPositions();
        if (headWidth % 2 != 0) {
            throw new IllegalArgumentException("rotary positions need heads of an even width, got " + headWidth);
        }
    }

    /** The angles of the places {@code from} to {@code from + count}. */
    Rotation of(int from, int count) {
        Rotation all = tableOf(from + count);
        return new Rotation(all.cos().slice(0, from, from + count), all.sin().slice(0, from, from + count));
    }

    /**
     * The angles of places that differ from row to row.
     *
     * @param places I64 [B, T], or [N] for packed rows
     * @param length of the longest row
     */
    Rotation at(Tensor places, int length) {
        Rotation all = tableOf(length);
        int angles = headWidth / 2;
        boolean packed = places.shape().rank() == 1;
        int rows = places.shape().dim(0);
        Shape shape =
                packed ? Shape.of(rows, angles) : Shape.of(rows, places.shape().dim(1), angles);
        Tensor cos = Tensor.result("rotary positions", backend, dtype, shape);
        Tensor sin = Tensor.result("rotary positions", backend, dtype, shape);
        backend.gather(all.cos(), places, cos);
        backend.gather(all.sin(), places, sin);
        Shape ofHeads = packed ? Shape.of(rows, 1, angles) : Shape.of(rows, 1, shape.dim(1), angles);
        return new Rotation(cos.reshape(ofHeads), sin.reshape(ofHeads));
    }

    private Rotation tableOf(int length) {
        long longest = kind.scaling().longest(maxPositions);
        if (length > longest) {
            throw new IllegalArgumentException("a sequence of " + length + " places is longer than the model's "
                    + longest + ": shorten it (rows that an adapter puts in front count too)");
        }
        boolean byLength = kind.scaling() instanceof RotaryScaling.Dynamic;
        int frequencies = byLength ? Math.max(length, maxPositions) : maxPositions;
        Rotation held = table;
        if (held == null || rows < length || frequencies != lengthOfFrequencies) {
            rows = Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, length - 1)) * 2);
            lengthOfFrequencies = frequencies;
            held = table = make(rows, frequencies);
        }
        return held;
    }

    private Rotation make(int places, int length) {
        int pairs = headWidth / 2;
        double[] cos = new double[Math.multiplyExact(places, pairs)];
        double[] sin = new double[cos.length];
        for (int pair = 0; pair < pairs; pair++) {
            double frequency = kind.scaling().frequency(kind.base(), headWidth, pair, length, maxPositions);
            for (int place = 0; place < places; place++) {
                cos[place * pairs + pair] = StrictMath.cos(place * frequency);
                sin[place * pairs + pair] = StrictMath.sin(place * frequency);
            }
        }
        Shape shape = Shape.of(places, pairs);
        return new Rotation(Tensor.of(backend, dtype, shape, cos), Tensor.of(backend, dtype, shape, sin));
    }
}
