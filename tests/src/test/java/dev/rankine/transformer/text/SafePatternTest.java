package dev.rankine.transformer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns of published tokenizers are let through, those that search without end are not. */
class SafePatternTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                // GPT-2, LLaMA 3, o200k, Qwen 2, DeepSeek
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|\\p{N}",
                " {2,}",
                "\\p{L}++|[^\\p{P}]?+a"
            })
    void publishedOnesPassAndTakeACharacter(String pattern) {
        assertThat(SafePattern.check(pattern)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x*", "", "a|", "(?:a?)", "(?=a)", "^", "\\b", "a{0,3}", "(a|b*)", "x?+"})
    void whatMayBeEmptyIsTold(String pattern) {
        assertThat(SafePattern.check(pattern)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(x+x+)+y",
                "(?:a|aa)*b",
                "(a){2}",
                "x+*",
                "x{2,}+",
                "x*x*x*y",
                "(a*(b*(c*)))",
                "a{1,99}a*a*",
                "(a)\\1",
                "\\k<name>",
                "(?<name>a)",
                "(?~a)",
                "(?#a)",
                "(?x:a #)\n+)",
                "[]a]+",
                "[a",
                "(a",
                "a)",
                "a\\",
                "\\p{L",
                "a{b}",
                "*a",
                "a|+"
            })
    void othersAreRefused(String pattern) {
        assertThatThrownBy(() -> SafePattern.check(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + pattern + "' could search without end, since ");
    }
}
