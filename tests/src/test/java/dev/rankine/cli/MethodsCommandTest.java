package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.lora.Method;
import dev.rankine.lora.MethodSetting;
import dev.rankine.lora.Methods;
import org.junit.jupiter.api.Test;

class MethodsCommandTest {
    @Test
    void listsEveryMethodWithItsTitle() {
        Called called = Called.rankine("methods");
        assertThat(called.exitCode()).isZero();
        assertThat(called.out().lines()).hasSameSizeAs(Methods.all());
        for (Method method : Methods.all()) {
            assertThat(called.out()).contains(method.name() + " ", method.title());
        }
    }

    @Test
    void tellsEverySettingOfAMethodWithDefaultMeaningAndChoices() {
        for (Method method : Methods.all()) {
            Called called = Called.rankine("methods", method.name());
            assertThat(called.exitCode()).isZero();
            assertThat(called.out()).startsWith(method.title());
            for (MethodSetting setting : method.explained()) {
                assertThat(called.out())
                        .containsPattern("(?m)^" + setting.key() + " +" + setting.value())
                        .contains(setting.meaning());
                assertThat(setting.choices())
                        .allSatisfy(choice -> assertThat(called.out()).contains(choice));
            }
        }
    }

    @Test
    void anUnknownMethodIsAWrongCallThatListsThoseThereAre() {
        Called called = Called.rankine("methods", "lara");
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("there is no method 'lara'", "salientlora");
    }
}
