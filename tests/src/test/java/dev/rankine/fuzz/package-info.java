/** Files that a stranger may have written, given to whatever reads them: by hand for hours, in every build for seconds. */
@NullMarked
package dev.rankine.fuzz;

import org.jspecify.annotations.NullMarked;
