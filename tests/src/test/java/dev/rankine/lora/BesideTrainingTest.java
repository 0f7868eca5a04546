package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.train.Clock;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A head that trains beside the adapters takes no part in what their method does. */
class BesideTrainingTest {
    private static final Tensor ONE = Tensor.of(new ReferenceBackend(), Shape.of(1), 1);
    private static final Tensor IDS = Tensor.ofLongs(new ReferenceBackend(), Shape.of(2), 0, 0);
    private static final Clock CLOCK = new Clock(3, 9, ONE, new Draw(IDS, 0, IDS));

    private static ParameterGroup group(String name) {
        return new ParameterGroup(
                name, Map.of(name, Variable.parameter(ONE)), new ParameterGroup.Rate.Constant(1), 0, false, false);
    }

    /** Notes every call, and answers each with something of its own. */
    private static final class Noting implements Controller {
        private final List<Object> calls = new ArrayList<>();
        private final Variable regularizer = Variable.constant(ONE);

        @Override
        public List<ParameterGroup> parameterGroups() {
            return List.of(group("adapters"));
        }

        @Override
        public Map<String, Variable> leaves() {
            return Map.of("leaf", regularizer);
        }

        @Override
        public void beforeStep(Clock clock) {
            calls.addAll(List.of("before", clock));
        }

        @Override
        public Variable regularizer(Clock clock) {
            calls.addAll(List.of("regularizer", clock));
            return regularizer;
        }

        @Override
        public void afterBackward(Clock clock) {
            calls.addAll(List.of("backward", clock));
        }

        @Override
        public void afterStep(Clock clock) {
            calls.addAll(List.of("after", clock));
        }

        @Override
        public List<Replacement> shrink(Clock clock) {
            calls.addAll(List.of("shrink", clock));
            return List.of(new Replacement(regularizer, regularizer, tensor -> tensor));
        }

        @Override
        public Map<String, Double> report() {
            return Map.of("density", .5);
        }

        @Override
        public Map<String, Tensor> state() {
            return Map.of("state", ONE);
        }

        @Override
        public void restore(Map<String, Tensor> state) {
            calls.addAll(List.of("restore", state));
        }

        @Override
        public void finish() {
            calls.add("finish");
        }
    }

    @Test
    void itsWeightsJoinAndAllElseIsTheMethods() {
        Noting method = new Noting();
        BesideTraining beside = new BesideTraining(method, List.of(group("head")));
        assertThat(beside.parameterGroups()).extracting(ParameterGroup::name).containsExactly("adapters", "head");
        beside.beforeStep(CLOCK);
        assertThat(beside.regularizer(CLOCK)).isSameAs(method.regularizer);
        beside.afterBackward(CLOCK);
        beside.afterStep(CLOCK);
        assertThat(beside.shrink(CLOCK)).hasSize(1);
        beside.restore(Map.of("state", ONE));
        beside.finish();
        assertThat(method.calls)
                .containsExactly(
                        "before",
                        CLOCK,
                        "regularizer",
                        CLOCK,
                        "backward",
                        CLOCK,
                        "after",
                        CLOCK,
                        "shrink",
                        CLOCK,
                        "restore",
                        Map.of("state", ONE),
                        "finish");
        assertThat(beside.leaves()).containsOnlyKeys("leaf");
        assertThat(beside.report()).containsEntry("density", .5);
        assertThat(beside.state()).containsEntry("state", ONE);
    }
}
