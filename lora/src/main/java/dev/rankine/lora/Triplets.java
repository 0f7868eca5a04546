package dev.rankine.lora;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Some of the triplets of one adapter by their places, and how tensors are cut down to them. Runs on the host: it happens
 * once in a run.
 */
public final class Triplets {
    private final int[] places;

    private Triplets(int[] places) {
        this.places = places;
    }

    public static Triplets all(int rank) {
        return new Triplets(IntStream.range(0, rank).toArray());
    }

    /** Those whose entry is true. */
    public static Triplets where(boolean... kept) {
        return new Triplets(IntStream.range(0, kept.length).filter(j -> kept[j]).toArray());
    }

    /** These, in this order. */
    public static Triplets at(int... places) {
        return new Triplets(places.clone());
    }

    public int count() {
        return places.length;
    }

    /** A persistent copy of these elements of x[r]. */
    public Tensor elements(Tensor x) {
        double[] from = x.toDoubles();
        double[] cut = Arrays.stream(places).mapToDouble(j -> from[j]).toArray();
        return Tensor.of(x.backend(), x.dtype(), Shape.of(places.length), cut);
    }

    /** A persistent copy of these rows of x[r, I]. */
    public Tensor rows(Tensor x) {
        int width = x.shape().dim(1);
        double[] from = x.toDoubles();
        double[] cut = new double[places.length * width];
        for (int j = 0; j < places.length; j++) {
            System.arraycopy(from, places[j] * width, cut, j * width, width);
        }
        return Tensor.of(x.backend(), x.dtype(), Shape.of(places.length, width), cut);
    }

    /** A persistent copy of these columns of x[O, r]. */
    public Tensor columns(Tensor x) {
        double[] ones = new double[x.shape().dim(1)];
        Arrays.fill(ones, 1);
        return scaledColumns(x, ones);
    }

    /** A persistent copy of these columns of x[O, r], each times the factor at its old place. */
    public Tensor scaledColumns(Tensor x, double[] factors) {
        int height = x.shape().dim(0);
        int width = x.shape().dim(1);
        double[] from = x.toDoubles();
        double[] cut = new double[height * places.length];
        for (int row = 0; row < height; row++) {
            for (int j = 0; j < places.length; j++) {
                cut[row * places.length + j] = from[row * width + places[j]] * factors[places[j]];
            }
        }
        return Tensor.of(x.backend(), x.dtype(), Shape.of(height, places.length), cut);
    }
}
