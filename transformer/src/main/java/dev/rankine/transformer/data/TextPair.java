package dev.rankine.transformer.data;

/** One example of a sequence-to-sequence task as text. */
public record TextPair(String source, String target) {}
