/**
 * The command {@code rankine}: reads options, calls the library, writes tables and run folders.
 */
@NullMarked
package dev.rankine.cli;

import org.jspecify.annotations.NullMarked;
