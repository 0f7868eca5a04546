/** Text as numbers: vocabularies that turn strings into ids and back. */
@NullMarked
package dev.rankine.transformer.text;

import org.jspecify.annotations.NullMarked;
