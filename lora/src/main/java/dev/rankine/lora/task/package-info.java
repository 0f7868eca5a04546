/**
 * A model, its vocabularies and its data put together for a task: what the command line does, in a few lines of Java.
 */
@NullMarked
package dev.rankine.lora.task;

import org.jspecify.annotations.NullMarked;
