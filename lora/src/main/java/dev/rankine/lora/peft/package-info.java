/** Adapters in the files of Hugging Face's PEFT: what is written here Python opens, and the other way round. */
@NullMarked
package dev.rankine.lora.peft;

import org.jspecify.annotations.NullMarked;
