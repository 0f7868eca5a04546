package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Activation;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.site.ResidualSite;
import dev.rankine.transformer.site.ResidualSite.Sublayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AdapterFusion over its experts, and the folders that methods without a form in PEFT leave. */
class FusionTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Method.Run RUN = new Method.Run(7, 0);
    private static final int WIDTH = 4;

    @TempDir
    Path temporary;

    private static SmallBart bart() {
        return new SmallBart(REFERENCE, DType.F32, 11);
    }

    private static List<Bottleneck> experts(int count) {
        FreshWeights fresh = new FreshWeights(new RandomWeights(REFERENCE, DType.F64, 5));
        List<Bottleneck> experts = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            experts.add(Bottleneck.start("expert" + n, WIDTH, 2 + n, Activation.GELU, 1, fresh));
        }
        return experts;
    }

    private static Variable square(long stream, double diagonal, double deviation) {
        double[] values = new double[WIDTH * WIDTH];
        Arrays.setAll(
                values, i -> (i % (WIDTH + 1) == 0 ? diagonal : 0) + deviation * Philox.normal(3, stream, 0, 0, i));
        return Variable.parameter(Tensor.of(REFERENCE, DType.F64, Shape.of(WIDTH, WIDTH), values));
    }

    private static Variable h() {
        double[] values = new double[2 * 3 * WIDTH];
        Arrays.setAll(values, i -> Philox.normal(1, 2, 0, 0, i));
        return Variable.constant(Tensor.of(REFERENCE, DType.F64, Shape.of(2, 3, WIDTH), values));
    }

    private static double[] fused(List<Bottleneck> experts, Variable query, Variable key, Variable value) {
        ResidualSite site = new ResidualSite("fc2", Sublayer.FEED_FORWARD, WIDTH);
        return new AdapterFusion(site, experts, query, key, value)
                .afterNorm(h(), Pass.inference())
                .data()
                .toDoubles();
    }

    @Test
    void oneExpertIsItself() {
        List<Bottleneck> one = experts(1);
        double[] expected = h().plus(one.getFirst().of(h())).data().toDoubles();
        assertThat(fused(one, square(1, 0, 1), square(2, 0, 1), square(3, 1, 0)))
                .containsExactly(expected, within(1e-12));
    }

    @Test
    void expertsThatNobodyAsksForCountAlike() {
        List<Bottleneck> three = experts(3);
        double[] expected = h().data().toDoubles();
        for (Bottleneck expert : three) {
            double[] part = expert.of(h()).data().toDoubles();
            Arrays.setAll(expected, i -> expected[i] + part[i] / 3);
        }
        assertThat(fused(three, square(1, 0, 0), square(2, 0, 1), square(3, 1, 0)))
                .containsExactly(expected, within(1e-12));
    }

    /** Place by place and expert by expert. */
    @Test
    void theSharesAreASoftmaxOverExperts() {
        List<Bottleneck> three = experts(3);
        Variable query = square(1, 0, 1);
        Variable key = square(2, 0, 1);
        Variable value = square(3, 1, .5);
        double[] y = h().data().toDoubles();
        for (int row = 0; row < 6; row++) {
            double[] own = Arrays.copyOfRange(h().data().toDoubles(), row * WIDTH, (row + 1) * WIDTH);
            double[][] z = new double[3][];
            double[] weights = new double[3];
            double sum = 0;
            for (int n = 0; n < 3; n++) {
                double[] all = three.get(n).of(h()).data().toDoubles();
                z[n] = Arrays.copyOfRange(all, row * WIDTH, (row + 1) * WIDTH);
                weights[n] = Math.exp(dot(times(query, own), times(key, z[n])));
                sum += weights[n];
            }
            for (int n = 0; n < 3; n++) {
                double[] heard = times(value, z[n]);
                for (int i = 0; i < WIDTH; i++) {
                    y[row * WIDTH + i] += weights[n] / sum * heard[i];
                }
            }
        }
        assertThat(fused(three, query, key, value)).containsExactly(y, within(1e-10));
        assertThat(fused(List.of(three.get(2), three.get(0), three.get(1)), query, key, value))
                .containsExactly(y, within(1e-10));
    }

    private static double[] times(Variable matrix, double[] x) {
        double[] m = matrix.data().toDoubles();
        double[] y = new double[WIDTH];
        for (int i = 0; i < m.length; i++) {
            y[i / WIDTH] += m[i] * x[i % WIDTH];
        }
        return y;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    @Test
    void onlyTheFusionIsTrainedAndItNeedsNoFolderOnceSaved() throws IOException {
        SmallBart bart = bart();
        Method method = Methods.named("fusion").with(Map.of("adapters", Experts.folders(SmallModel.Kind.BART)));
        AdaptedModel adapted = bart.attach(method);
        int layers = 2;
        assertThat(adapted.trainableParameters()).isEqualTo(3L * SmallBart.WIDTH * SmallBart.WIDTH * layers);
        List<double[]> experts =
                adapted.state().values().stream().map(Tensor::toDoubles).toList();
        bart.train(new Rig(adapted.controller(), REFERENCE, 3, 8, .02), 8);
        List<double[]> after =
                adapted.state().values().stream().map(Tensor::toDoubles).toList();
        for (int i = 0; i < experts.size(); i++) {
            assertThat(after.get(i)).isEqualTo(experts.get(i));
        }
        Path folder = temporary.resolve("fusion");
        StoredAdapter.of(adapted, "small").write(folder);
        Path description = folder.resolve(StoredAdapter.DESCRIPTION);
        Files.writeString(description, Files.readString(description).replace("expert", "gone"));
        StoredAdapter stored = StoredAdapter.read(folder, REFERENCE);
        SmallBart fresh = bart();
        stored.method().attach(fresh.model(), RUN, stored.tensors());
        assertThat(fresh.logits()).isEqualTo(bart.logits());
    }

    @Test
    void adaptersThatCannotBeFusedAreRefused() {
        Method fusion = Methods.named("fusion");
        assertThatThrownBy(() -> bart().attach(fusion)).hasMessageContaining("needs trained adapters");
        Path houlsby = temporary.resolve("houlsby");
        StoredAdapter.of(bart().attach(Methods.named("houlsby")), "small").write(houlsby);
        assertThatThrownBy(() -> bart().attach(fusion.with(Map.of("adapters", houlsby.toString()))))
                .hasMessageContaining("only those of pfeiffer");
        Path gelu = temporary.resolve("gelu");
        StoredAdapter.of(bart().attach(Methods.named("pfeiffer").with(Map.of("activation", "gelu"))), "small")
                .write(gelu);
        assertThatThrownBy(() -> bart().attach(fusion.with(Map.of("adapters", gelu.toString()))))
                .hasMessageContaining("activation GELU");
        assertThatThrownBy(() -> bart().attach(fusion.with(Map.of("adapters", "nowhere"))))
                .hasMessageContaining("nowhere");
    }

    @Test
    void foldersOfAnotherModelOrMethodAreRefusedAndLeaveTheModelFree() throws IOException {
        Path folder = temporary.resolve("prompt");
        StoredAdapter.of(bart().attach(Methods.named("prompt").with(Map.of("length", "3"))), "small")
                .write(folder);
        StoredAdapter stored = StoredAdapter.read(folder, REFERENCE);
        assertThat(stored.baseModel()).isEqualTo("small");
        assertThat(stored.method()).isEqualTo(Methods.named("prompt").with(Map.of("length", "3")));
        SmallBart other = bart();
        Method longer = stored.method().with(Map.of("length", "4"));
        assertThatThrownBy(() -> longer.attach(other.model(), RUN, stored.tensors()))
                .hasMessageContaining("model.encoder.prompt must be [4, 6], got [3, 6]");
        assertThatThrownBy(() -> Methods.named("prefix").attach(other.model(), RUN, stored.tensors()))
                .hasMessageContaining("unknown [model.encoder.prompt]");
        assertThat(other.logits()).isEqualTo(bart().logits());
        other.attach(Methods.named("prompt")).detach();
        other.attach(Methods.named("prefix")).detach();

        Path description = folder.resolve(StoredAdapter.DESCRIPTION);
        Files.writeString(description, Files.readString(description).replace("\"prompt\"", "\"promt\""));
        assertThatThrownBy(() -> StoredAdapter.read(folder, REFERENCE))
                .hasMessageContaining("no adapter that can be read")
                .hasMessageContaining("'promt'");
        Files.writeString(description, "{");
        assertThatThrownBy(() -> StoredAdapter.read(folder, REFERENCE)).hasMessageContaining("no adapter");
        Files.delete(description);
        assertThatThrownBy(() -> StoredAdapter.read(folder, REFERENCE)).hasMessageContaining(StoredAdapter.DESCRIPTION);
    }
}
