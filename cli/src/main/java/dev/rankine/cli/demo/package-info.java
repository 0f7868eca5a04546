/**
 * The demonstration that needs no download: a model learns to read the dates of a dozen languages out of the JDK's own
 * locale tables, then adapters teach it languages that it has never seen.
 */
@NullMarked
package dev.rankine.cli.demo;

import org.jspecify.annotations.NullMarked;
