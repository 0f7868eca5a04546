/** Tests of the specification itself, against closed forms and published values. */
@NullMarked
package dev.rankine.tensor.reference;

import org.jspecify.annotations.NullMarked;
