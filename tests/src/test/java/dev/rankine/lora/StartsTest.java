package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Fresh parameters are spread as their method says, and the methods' defaults are those of their papers. */
class StartsTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final int WIDTH = 32;
    private static final Method.Run RUN = new Method.Run(7, 0);

    private static Map<String, Variable> fresh(Method method) {
        Stack stack = new Stack(2, 2, 40);
        TransformerSettings settings = TransformerSettings.of(11, WIDTH, 24, stack, stack);
        return method.attach(new Bart(settings, new RandomWeights(REFERENCE, DType.F32, 3)), RUN)
                .parameters();
    }

    /** Of all parameters whose names end so. */
    private static double[] numbers(Map<String, Variable> parameters, String end) {
        return parameters.entrySet().stream()
                .filter(parameter -> parameter.getKey().endsWith(end))
                .flatMapToDouble(
                        parameter -> Arrays.stream(parameter.getValue().data().toDoubles()))
                .toArray();
    }

    private static void requireNormal(Map<String, Variable> parameters, String end, double deviation) {
        double[] numbers = numbers(parameters, end);
        int n = numbers.length;
        assertThat(n).as(end).isGreaterThanOrEqualTo(200);
        double mean = Arrays.stream(numbers).sum() / n;
        double square = Arrays.stream(numbers).map(x -> x * x).sum() / n;
        // four standard errors of either
        assertThat(mean).as(end).isCloseTo(0, within(4 * deviation / Math.sqrt(n)));
        assertThat(Math.sqrt(square)).as(end).isCloseTo(deviation, within(4 * deviation / Math.sqrt(2 * n)));
    }

    @Test
    void bottlenecksAreNearlyNothing() {
        for (String name : List.of("houlsby", "pfeiffer")) {
            Map<String, Variable> parameters = fresh(Methods.named(name));
            requireNormal(parameters, ".down.weight", .01);
            requireNormal(parameters, ".up.weight", .01);
            assertThat(numbers(parameters, ".bias")).isNotEmpty().containsOnly(0);
        }
    }

    @Test
    void prefixesAndPromptsAreSpreadAsWanted() {
        Map<String, Variable> prefix = fresh(Methods.named("prefix"));
        requireNormal(prefix, ".keys", .5);
        requireNormal(prefix, ".values", .5);
        requireNormal(fresh(Methods.named("prompt")), ".prompt", .3);
    }

    /** The network's matrices have the deviation of PyTorch's uniform start, 1 / sqrt(3 n) for n inputs. */
    @Test
    void thePrefixNetworkKeepsTheScaleOfItsInputs() {
        Map<String, Variable> network = fresh(Methods.named("prefix").with(Map.of("hidden", "12")));
        requireNormal(network, "prefix.embedding.weight", .5);
        requireNormal(network, "prefix.hidden.weight", 1 / Math.sqrt(3.0 * WIDTH));
        requireNormal(network, ".out.weight", 1 / Math.sqrt(3.0 * 12));
        assertThat(numbers(network, ".bias")).isNotEmpty().containsOnly(0);
    }

    /** V begins as the identity, so that a fusion begins with what its experts say; Q and K are small. */
    @Test
    void fusionBeginsWithTheIdentityForValues() {
        SmallModel model = SmallModel.Kind.BART.make(REFERENCE, DType.F64, 11);
        Method fusion = Methods.named("fusion").with(Map.of("adapters", Experts.folders(SmallModel.Kind.BART)));
        Map<String, Variable> parameters = model.attach(fusion).parameters();
        Map<String, Variable> values = parameters.entrySet().stream()
                .filter(parameter -> parameter.getKey().endsWith(".value.weight"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(values).hasSize(2);
        values.forEach((name, matrix) -> {
            double[] v = matrix.data().toDoubles();
            int side = matrix.shape().dim(0);
            for (int i = 0; i < v.length; i++) {
                double expected = i / side == i % side ? 1 : 0;
                assertThat(v[i]).isCloseTo(expected, within(1e-5)).isNotEqualTo(expected);
            }
        });
        double[] query = numbers(parameters, ".query.weight");
        assertThat(Arrays.stream(query).map(Math::abs).max().orElseThrow()).isBetween(.01, .1);
    }

    @Test
    void theDefaultsAreThoseOfThePapers() {
        Map<String, Method> standard = Map.ofEntries(
                Map.entry("lora", LoraMethod.standard()),
                Map.entry("rslora", LoraMethod.rankStabilized()),
                Map.entry("dora", DoraMethod.paper()),
                Map.entry("adalora", AdaLoraMethod.standard()),
                Map.entry("salora", SaLoraMethod.paper()),
                Map.entry("sora", SoRaMethod.standard()),
                Map.entry("salientlora", SalientLoraMethod.standard()),
                Map.entry("truncated", TruncatedLoraMethod.standard()),
                Map.entry("houlsby", BottleneckMethod.houlsby()),
                Map.entry("pfeiffer", BottleneckMethod.pfeiffer()),
                Map.entry("fusion", FusionMethod.standard()),
                Map.entry("prefix", PrefixMethod.standard()),
                Map.entry("prompt", PromptMethod.standard()),
                Map.entry("full", new FullMethod()));
        assertThat(standard.keySet())
                .isEqualTo(Methods.all().stream().map(Method::name).collect(Collectors.toSet()));
        standard.forEach((name, method) -> {
            assertThat(method).isEqualTo(Methods.named(name));
            assertThat(method.name()).isEqualTo(name);
            assertThat(method.settings()).containsAllEntriesOf(PAPERS.getOrDefault(name, Map.of()));
        });
        assertThat(Methods.all().stream().map(Method::title))
                .doesNotHaveDuplicates()
                .allMatch(t -> t.length() > 20);
        assertThat(Methods.named("houlsby").title()).contains("Houlsby");
        assertThat(Methods.named("pfeiffer").title()).contains("Pfeiffer");
        assertThat(Methods.named("rslora").title()).containsIgnoringCase("rank");
    }

    private static final Map<String, Map<String, String>> PAPERS = Map.ofEntries(
            Map.entry("lora", Map.of("rank", "8", "alpha", "16.0", "scaling", "standard")),
            Map.entry("rslora", Map.of("rank", "8", "alpha", "16.0", "scaling", "rank-stabilized")),
            Map.entry("dora", Map.of("rank", "8", "norm", "detached")),
            Map.entry("salora", Map.of("tau", "1.0", "gamma", "-0.1", "zeta", "1.1")),
            Map.entry("sora", Map.of("density", "0.0", "lambda", "0.375", "threshold", "proximal")),
            Map.entry("houlsby", Map.of("placement", "houlsby", "bottleneck", "64", "activation", "gelu")),
            Map.entry("pfeiffer", Map.of("placement", "pfeiffer", "activation", "relu")),
            Map.entry("fusion", Map.of("activation", "relu", "spread", "0.02")),
            Map.entry("prefix", Map.of("length", "20", "hidden", "0", "spread", "0.5")),
            Map.entry("prompt", Map.of("length", "20", "spread", "0.3")));
}
