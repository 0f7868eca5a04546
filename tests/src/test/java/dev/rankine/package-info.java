/** Rules that hold for the whole of Rankine: the direction of imports, the shape of its source, the launcher. */
@NullMarked
package dev.rankine;

import org.jspecify.annotations.NullMarked;
