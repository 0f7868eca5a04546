package dev.rankine.tensor.safetensors;

import dev.rankine.tensor.Shape;

/** What a header says of one tensor; {@code begin} and {@code end} count bytes from the end of the header. */
record Entry(String name, StoredType type, Shape shape, long begin, long end) {}
