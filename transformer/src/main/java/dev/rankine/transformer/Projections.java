package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Slice;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.site.Sites;

/** The products that make queries, keys and values of the rows of an attention. */
abstract sealed class Projections extends Module {
    Projections(String path) {
        super(path);
    }

    static Projections of(String path, Stack stack, TransformerSettings settings, Weights weights) {
        return settings.form().layout().projections().isJoint()
                ? new Joint(path, settings, weights)
                : new Separate(path, stack, settings, weights);
    }

    /** [B, T, H D] for x[B, T, C]. */
    abstract Variable query(Variable x, Pass pass);

    /** For source[B, S, C]. */
    abstract KeyValue keyValue(Variable source, Pass pass);

    /** Both for the same x[B, T, C]. */
    abstract QueryKeyValue all(Variable x, Pass pass);

    abstract Sites sites();

    /** [B, S, K D] each, for K heads of keys and values. */
    record KeyValue(Variable key, Variable value) {}

    /** [B, T, H D] and [B, T, K D]. */
    record QueryKeyValue(Variable query, KeyValue keyValue) {}

    /** A product for each. */
    static final class Separate extends Projections {
        private final LinearLayer query;
        private final LinearLayer key;
        private final LinearLayer value;

        private Separate(String path, Stack stack, TransformerSettings settings, Weights weights) {
            super(path);
            Layout.Projections names = settings.form().layout().projections();
            int shared = settings.width() / stack.heads() * stack.keyValueHeads();
            key = projection(names.key(), shared, settings, weights);
            value = projection(names.value(), shared, settings, weights);
            query = projection(names.query(), settings.width(), settings, weights);
        }

        private LinearLayer projection(String name, int outputs, TransformerSettings settings, Weights weights) {
            Layout.Style style = settings.form().layout().style();
            return child(new LinearLayer(path(name), settings.width(), outputs, settings.initStd(), style, weights));
        }

        @Override
        Variable query(Variable x, Pass pass) {
            return query.apply(x, pass);
        }

        @Override
        KeyValue keyValue(Variable source, Pass pass) {
            return new KeyValue(key.apply(source, pass), value.apply(source, pass));
        }

        @Override
        QueryKeyValue all(Variable x, Pass pass) {
            return new QueryKeyValue(query(x, pass), keyValue(x, pass));
        }

        @Override
        Sites sites() {
            return Sites.of(query.site(), key.site(), value.site());
        }
    }

    /** One product whose outputs are the queries, the keys and the values, in this order. */
    static final class Joint extends Projections {
        private final LinearLayer product;
        private final int width;

        private Joint(String path, TransformerSettings settings, Weights weights) {
            super(path);
            Layout layout = settings.form().layout();
            width = settings.width();
            product = child(new LinearLayer(
                    path(layout.projections().query()), width, 3 * width, settings.initStd(), layout.style(), weights));
        }

        @Override
        Variable query(Variable x, Pass pass) {
            return all(x, pass).query();
        }

        @Override
        KeyValue keyValue(Variable source, Pass pass) {
            return all(source, pass).keyValue();
        }

        @Override
        QueryKeyValue all(Variable x, Pass pass) {
            Variable y = product.apply(x, pass);
            return new QueryKeyValue(part(y, 0), new KeyValue(part(y, 1), part(y, 2)));
        }

        private Variable part(Variable y, int index) {
            return Slice.slice(y, -1, index * width, (index + 1) * width);
        }

        @Override
        Sites sites() {
            return Sites.of(product.site());
        }
    }
}
