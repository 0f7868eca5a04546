/** Tests of the command line. */
@NullMarked
package dev.rankine.cli;

import org.jspecify.annotations.NullMarked;
