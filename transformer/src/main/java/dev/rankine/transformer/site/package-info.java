/**
 * The places of a model where an adapter may take part. Models declare them with identity defaults and know no adapter;
 * an occupied site hands its computation over.
 */
@NullMarked
package dev.rankine.transformer.site;

import org.jspecify.annotations.NullMarked;
