/** Tests of the demonstration's data. */
@NullMarked
package dev.rankine.cli.demo;

import org.jspecify.annotations.NullMarked;
