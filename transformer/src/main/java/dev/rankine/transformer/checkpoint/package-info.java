/** Hugging Face folders: {@code config.json}, {@code model.safetensors}, and the names in it, read and written. */
@NullMarked
package dev.rankine.transformer.checkpoint;

import org.jspecify.annotations.NullMarked;
