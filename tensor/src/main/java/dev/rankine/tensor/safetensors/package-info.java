/**
 * The safetensors format: a length, a JSON header that names types, shapes and places, and the bytes of the tensors.
 * Files are mapped, so a tensor of a checkpoint costs no copy; whatever a header claims is checked before it is believed.
 */
@NullMarked
package dev.rankine.tensor.safetensors;

import org.jspecify.annotations.NullMarked;
