/**
 * The back-end for CPUs with vector instructions: kernels on the JDK's Vector API, a packed matrix product and a fixed
 * pool of worker threads. Everything in here gives the same bits at any number of threads, and before and after the JIT
 * compiler has seen it.
 *
 * <p>The kernels work on raw addresses whose bounds were checked once, before they start.
 */
@NullMarked
package dev.rankine.tensor.vector;

import org.jspecify.annotations.NullMarked;
