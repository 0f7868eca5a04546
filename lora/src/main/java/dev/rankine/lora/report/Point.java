package dev.rankine.lora.report;

/** A measured value and where on the horizontal axis it belongs. */
record Point(double x, double y) {}
