/**
 * Models. Layers, encoders and decoders that declare named sites where an adapter may sit, and know no adapter.
 */
@NullMarked
package dev.rankine.transformer;

import org.jspecify.annotations.NullMarked;
