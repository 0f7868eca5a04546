/** What lies in the folders of models and adapters: modules, shapes, ranks, spectra, sizes. Nothing is trained or changed. */
@NullMarked
package dev.rankine.lora.inspect;

import org.jspecify.annotations.NullMarked;
