package dev.rankine.lora.peft;

import dev.rankine.lora.Adapter;
import dev.rankine.lora.Dora;
import dev.rankine.lora.Lora;
import dev.rankine.lora.PlainFactors;
import dev.rankine.lora.SvdLora;
import dev.rankine.lora.Triplets;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.LinearSite;
import java.util.Arrays;

/** What a file holds for one module, checked against the configuration, and how to make an adapter of it. */
sealed interface StoredModule {
    /** A and B as stored, without scale. */
    PlainFactors pair();

    /** s B A with everything folded in that is a factor; of DoRA the change of the directions alone. */
    PlainFactors scaled();

    /** The change of the weight, with everything folded in. */
    default PlainFactors change() {
        return scaled();
    }

    /** The adapter, not attached yet, on a site whose weight A and B fit. */
    Adapter adapter(LinearSite site);

    /** LoRA: delta = s B A. */
    record OfLora(PlainFactors pair, double scale, double dropout) implements StoredModule {
        @Override
        public PlainFactors scaled() {
            return StoredModule.scaled(pair, scale);
        }

        @Override
        public Adapter adapter(LinearSite site) {
            DType dtype = dtype(site);
            return new Lora(site, pair.a().clone(dtype), pair.b().clone(dtype), scale, dropout);
        }
    }

    /** DoRA: a pair and the magnitudes [O] of the rows. */
    record OfDora(PlainFactors pair, Tensor magnitude, double scale, double dropout) implements StoredModule {
        @Override
        public PlainFactors scaled() {
            return StoredModule.scaled(pair, scale);
        }

        /** @throws IllegalArgumentException always: the change depends on the weight too */
        @Override
        public PlainFactors change() {
            throw new IllegalArgumentException(
                    "DoRA's change of a weight is no product of factors that another could start from");
        }

        @Override
        public Adapter adapter(LinearSite site) {
            DType dtype = dtype(site);
            return new Dora(
                    site,
                    pair.a().clone(dtype),
                    pair.b().clone(dtype),
                    magnitude.clone(dtype),
                    scale,
                    dropout,
                    Dora.Norm.DETACHED);
        }
    }

    /** AdaLoRA: the triplets that are left, E of shape [r, 1]. */
    record OfAdaLora(PlainFactors pair, Tensor e, int initialRank, double scale, double dropout)
            implements StoredModule {
        @Override
        public PlainFactors scaled() {
            double[] columns = e.toDoubles();
            Arrays.setAll(columns, j -> scale * columns[j]);
            Tensor b = pair.b().clone(computing(pair.b().dtype()));
            return new PlainFactors(
                    pair.path(),
                    pair.a().clone(computing(pair.a().dtype())),
                    Triplets.all(columns.length).scaledColumns(b, columns));
        }

        @Override
        public Adapter adapter(LinearSite site) {
            DType dtype = dtype(site);
            Tensor lambda = e.reshape(e.shape().without(1)).clone(dtype);
            return new SvdLora(site, pair.a().clone(dtype), lambda, pair.b().clone(dtype), scale, dropout, initialRank);
        }
    }

    private static PlainFactors scaled(PlainFactors pair, double scale) {
        Tensor b = pair.b().clone(computing(pair.b().dtype()));
        b.backend().affine(b, scale, 0, b);
        return new PlainFactors(pair.path(), pair.a().clone(computing(pair.a().dtype())), b);
    }

    private static DType dtype(LinearSite site) {
        return computing(site.weight().data().dtype());
    }

    private static DType computing(DType dtype) {
        return dtype.computes() ? dtype : DType.F32;
    }
}
