package dev.rankine.transformer.data;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class FingerprintPropertyTest {
    @Property(tries = 200)
    void otherNumbersAndOtherPartsGiveAnother(
            @ForAll @Size(max = 5) long[] a, @ForAll @Size(max = 5) long[] b, @ForAll @Size(max = 5) long[] c) {
        String both = new Fingerprint().add(a).add(b).end();
        assertThat(both)
                .matches("[0-9a-f]{16}")
                .isEqualTo(new Fingerprint().add(a).add(b).end());
        Assume.that(c.length > 0);
        assertThat(new Fingerprint().add(a).add(b).add(c).end()).isNotEqualTo(both);
        long[] changed = c.clone();
        changed[0]++;
        assertThat(new Fingerprint().add(changed).end())
                .isNotEqualTo(new Fingerprint().add(c).end());
    }

    @Example
    void partsAreToldApart() {
        assertThat(new Fingerprint().add(1, 2).add(3).end())
                .isNotEqualTo(new Fingerprint().add(1).add(2, 3).end());
    }

    /** As {@code printf ab | sha256sum} begins. */
    @Example
    void textIsTakenAsItsBytes() {
        assertThat(new Fingerprint().add("a").add("b").end()).isEqualTo("fb8e20fc2e4c3f24");
    }
}
