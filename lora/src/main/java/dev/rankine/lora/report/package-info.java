/**
 * A run as a page to look at: curves, the ranks that were kept, the cost. Everything is drawn from a run folder's
 * {@code summary.json} and {@code metrics.jsonl}, so that a page can be made again at any time; it needs no network and
 * runs no script.
 */
@NullMarked
package dev.rankine.lora.report;

import org.jspecify.annotations.NullMarked;
