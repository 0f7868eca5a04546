package dev.rankine.transformer;

import static dev.rankine.transformer.Closeness.assertClose;
import static dev.rankine.transformer.Closeness.assertDifferent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Add;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.Linear;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.site.LinearSite;
import dev.rankine.transformer.site.ResidualSite;
import dev.rankine.transformer.site.Sites;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Linear and residual sites: where they are, that a free one changes nothing, and what an occupied one changes. */
class SitesTest {
    static Stream<Arguments> models() {
        return Machine.all().stream()
                .flatMap(machine -> Stream.of(NormOrder.values())
                        .map(order -> Arguments.of(machine, ModelCase.of(machine, Form.BART.norms(order)))));
    }

    private static Tensor logits(ModelCase sample, Bart model) {
        return model.logits(sample.sourceIds(), sample.sourceMask(), sample.targetIds(), Pass.inference())
                .data();
    }

    @Test
    void sitesCarryTheirHuggingFacePathsInTheOrderOfTheData() {
        Sites sites = ModelCase.of(Machine.EXACT, Form.BART).bart().sites();
        assertThat(sites.linear().stream().map(LinearSite::path))
                .hasSize(2 * 6 + 2 * 10)
                .startsWith(
                        "model.encoder.layers.0.self_attn.q_proj",
                        "model.encoder.layers.0.self_attn.k_proj",
                        "model.encoder.layers.0.self_attn.v_proj",
                        "model.encoder.layers.0.self_attn.out_proj",
                        "model.encoder.layers.0.fc1",
                        "model.encoder.layers.0.fc2",
                        "model.encoder.layers.1.self_attn.q_proj")
                .endsWith(
                        "model.decoder.layers.1.encoder_attn.q_proj",
                        "model.decoder.layers.1.encoder_attn.k_proj",
                        "model.decoder.layers.1.encoder_attn.v_proj",
                        "model.decoder.layers.1.encoder_attn.out_proj",
                        "model.decoder.layers.1.fc1",
                        "model.decoder.layers.1.fc2");
        assertThat(sites.residual().stream().map(ResidualSite::path))
                .containsExactly(
                        "model.encoder.layers.0.self_attn",
                        "model.encoder.layers.0.fc2",
                        "model.encoder.layers.1.self_attn",
                        "model.encoder.layers.1.fc2",
                        "model.decoder.layers.0.self_attn",
                        "model.decoder.layers.0.encoder_attn",
                        "model.decoder.layers.0.fc2",
                        "model.decoder.layers.1.self_attn",
                        "model.decoder.layers.1.encoder_attn",
                        "model.decoder.layers.1.fc2");
        assertThat(sites.keyValue()).hasSize(2 + 4);
        assertThat(sites.input().stream().map(site -> site.path())).containsExactly("model.encoder", "model.decoder");
    }

    @ParameterizedTest
    @MethodSource("models")
    void anAdaptationThatComputesThePlainProductChangesNoBit(Machine machine, ModelCase sample) {
        Bart model = sample.bart();
        Tensor plain = logits(sample, model);
        model.sites().linear().forEach(site -> site.occupy((here, x, pass) -> here.plain(x)));
        model.sites().residual().forEach(site -> site.occupy(new ResidualSite.Adaptation() {}));
        assertThat(logits(sample, model).toDoubles()).isEqualTo(plain.toDoubles());
        model.sites().linear().forEach(LinearSite::vacate);
        model.sites().residual().forEach(ResidualSite::vacate);
        assertThat(logits(sample, model).toDoubles()).isEqualTo(plain.toDoubles());
    }

    /** y = x W^T + b + x D^T at one site is the model whose weight there is W + D. */
    @ParameterizedTest
    @MethodSource("models")
    void aDeltaAtALinearSiteIsADeltaOfItsWeight(Machine machine, ModelCase sample) {
        Bart adapted = sample.bart();
        Tensor before = logits(sample, adapted);
        for (LinearSite site : adapted.sites().linear()) {
            Variable delta = Variable.constant(sample.normal(9, site.weight().shape()));
            site.occupy((here, x, pass) -> Add.add(here.plain(x), Linear.linear(x, delta, null)));
            Tensor byAdapter = logits(sample, adapted);
            site.vacate();
            Bart changed = sample.bart();
            Tensor weight = changed.weights().get(site.path() + ".weight").data();
            weight.write(weight.plus(delta.data()).toDoubles());
            // deviations of size 1 through several norms: more rounding than at the weights' own size
            assertClose(byAdapter, logits(sample, changed), 10 * machine.tolerance());
            assertDifferent(byAdapter, before);
        }
    }

    /** A sublayer whose output is taken away at its site leaves the stream as if its last matrix were 0. */
    @ParameterizedTest
    @MethodSource("models")
    void theResidualSiteStandsBetweenSublayerAndSum(Machine machine, ModelCase sample) {
        for (ResidualSite site : sample.bart().sites().residual()) {
            Bart muted = sample.bart();
            at(muted, site.path()).occupy(new ResidualSite.Adaptation() {
                @Override
                public Variable beforeAdd(Variable h, Pass pass) {
                    return Affine.scale(h, 0);
                }
            });
            Bart zeroed = sample.bart();
            String last = site.path().endsWith("fc2") ? site.path() : site.path() + ".out_proj";
            zeroed.weights()
                    .get(last + ".weight")
                    .data()
                    .write(
                            new double
                                    [Math.toIntExact(zeroed.weights()
                                            .get(last + ".weight")
                                            .shape()
                                            .size())]);
            assertClose(logits(sample, muted), logits(sample, zeroed), machine.tolerance());
            assertDifferent(logits(sample, muted), logits(sample, sample.bart()));
        }
    }

    /** Behind the norm of a post-norm layer a scale by 2 is the norm with doubled gain and bias. */
    @ParameterizedTest
    @MethodSource("machines")
    void theResidualSiteSeesTheStreamBehindThePostNorm(Machine machine) {
        ModelCase sample = ModelCase.of(machine, Form.BART);
        for (ResidualSite site : sample.bart().sites().residual()) {
            Bart scaled = sample.bart();
            at(scaled, site.path()).occupy(new ResidualSite.Adaptation() {
                @Override
                public Variable afterNorm(Variable h, Pass pass) {
                    return Affine.scale(h, 2);
                }
            });
            Bart doubled = sample.bart();
            String norm = site.path().endsWith("fc2")
                    ? site.path().replace("fc2", "final_layer_norm")
                    : site.path() + "_layer_norm";
            for (String part : List.of(".weight", ".bias")) {
                Tensor weight = doubled.weights().get(norm + part).data();
                weight.write(weight.affine(2, 0).toDoubles());
            }
            assertClose(logits(sample, scaled), logits(sample, doubled), machine.tolerance());
        }
    }

    static List<Machine> machines() {
        return Machine.all();
    }

    private static ResidualSite at(Bart model, String path) {
        return model.sites().residual().stream()
                .filter(site -> site.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anAdapterMayTakeItsPlaceTwiceAndAnotherCannotEndIt() {
        LinearSite site =
                ModelCase.of(Machine.EXACT, Form.BART).bart().sites().linear().getFirst();
        LinearSite.Adaptation here = (at, x, pass) -> at.plain(x);
        LinearSite.Adaptation elsewhere = (at, x, pass) -> x;
        site.occupy(here);
        site.occupy(here);
        site.leave(elsewhere);
        assertThat(site.isOccupied()).isTrue();
        site.leave(here);
        assertThat(site.isOccupied()).isFalse();
    }

    @Test
    void aSiteHoldsOneAdapter() {
        Sites sites = ModelCase.of(Machine.EXACT, Form.BART).bart().sites();
        List<Runnable> occupations = new ArrayList<>();
        sites.linear().forEach(site -> occupations.add(() -> site.occupy((here, x, pass) -> site.plain(x))));
        sites.residual().forEach(site -> occupations.add(() -> site.occupy(new ResidualSite.Adaptation() {})));
        Variable none = Variable.constant(Tensor.zeros(Machine.EXACT.backend(), Machine.EXACT.dtype(), Shape.of(0)));
        sites.input().forEach(site -> occupations.add(() -> site.occupy((batch, pass) -> none)));
        for (Runnable occupation : occupations) {
            occupation.run();
            assertThatThrownBy(occupation::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("site model.")
                    .hasMessageContaining("detach that adapter first");
        }
    }
}
