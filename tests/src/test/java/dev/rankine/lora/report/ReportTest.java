package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.MetricsLog;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunFolderException;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainingResult;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {
    private static final Pattern PICTURE = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);

    @TempDir
    Path folder;

    @Test
    void aRunOfSaLoraHasEveryCurveAndACellForEveryModule() throws Exception {
        Map<String, Integer> ranks = ranks();
        RunFolder run = write("salora", ranks, Map.of("density", 0.7, "multiplier", 0.1), 0.5);
        Report.write(run.report(), "A <title> & more", List.of(RunRecord.read("SaLoRA", run.path())));
        String page = Files.readString(run.report());
        assertThat(page)
                .contains("<h1>A &lt;title&gt; &amp; more</h1>")
                .contains(">Training loss, nats per symbol<")
                .contains(">Regulariser<")
                .contains(">Exact on the development data<", ">Error rate on the development data<")
                .contains(">Density: expected share of triplets kept<", ">Lagrange multiplier<")
                .contains("class='target'");
        ranks.forEach((module, rank) -> assertThat(page).contains(module + ": rank " + rank + " of 8<"));
    }

    /** Both multipliers of FLOP, and scores as a median in a band. */
    @Test
    void scoresAndEveryMultiplierAreDrawn() throws Exception {
        Map<String, Double> logged = Map.of(
                "multiplier_square", 0.2, "importance_low", 1e-6, "importance_median", 1e-5, "importance_high", 1e-3);
        RunRecord run =
                RunRecord.read("a", write("adalora", ranks(), logged, 0.5).path());
        assertThat(Report.html("One", List.of(run)))
                .contains(">Lagrange multiplier of the square<")
                .contains(">Importance of the triplets: median and middle 80 %<")
                .contains("class='band c0'")
                .doesNotContain("Salience");
    }

    /** What ends early does not look as if it lasted as long as the rest. */
    @Test
    void allChartsEndAtTheLastStepOfTheRun() throws Exception {
        RunFolder run = write("adalora", ranks(), Map.of(), 0.5);
        run.metrics()
                .append(new MetricsEntry(
                        40, Map.of("gate_size_low", .1, "gate_size_median", .2, "gate_size_high", .3)));
        String page = Report.html("One", List.of(RunRecord.read("a", run.path())));
        String chart = page.substring(page.indexOf(">Size of the gates"));
        assertThat(chart.substring(0, chart.indexOf("</svg>"))).contains(">80<", "a, step 40: 0.2");
    }

    @Test
    void nothingIsDrawnOfWhatAMethodHasNot() throws Exception {
        RunFolder run = write("scratch", Map.of(), Map.of(MetricsEntry.REGULARIZER, 0.0), 1);
        String page = Report.html("From scratch", List.of(RunRecord.read("base", run.path())));
        assertThat(page)
                .contains("Training loss")
                .doesNotContain("Regulariser")
                .doesNotContain("Lagrange")
                .doesNotContain("<h2>Ranks</h2>");
    }

    @Test
    void thePageStandsAlone() throws Exception {
        RunFolder run = write("lora", ranks(), Map.of(), 1);
        String page = Report.html("Alone", List.of(RunRecord.read("LoRA", run.path())));
        assertThat(page).doesNotContain("<script", "src=", "href=", "@import", "url(");
        assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
    }

    @Test
    void everyPictureIsWellFormed() throws Exception {
        RunFolder run = write("salora", ranks(), Map.of("density", 0.7), 0.5);
        RunRecord record = RunRecord.read("a \"quoted\" & 'odd' <name>", run.path());
        List<String> pictures = PICTURE.matcher(Report.html("Two", List.of(record, record)))
                .results()
                .map(found -> found.group())
                .toList();
        assertThat(pictures).hasSizeGreaterThan(5);
        for (String picture : pictures) {
            parse(picture);
        }
        Document map = parse(record.rankMap().orElseThrow().svgFile());
        assertThat(map.getElementsByTagName("title").getLength()).isGreaterThanOrEqualTo(ranks().size());
    }

    @Test
    void severalRunsShareTheirCharts() throws Exception {
        RunRecord lora =
                RunRecord.read("LoRA", write("lora", ranks(), Map.of(), 1).path());
        RunRecord salora = RunRecord.read(
                "SaLoRA", write("salora", ranks(), Map.of("density", 0.7), 0.5).path());
        String page = Report.html("Both", List.of(lora, salora));
        assertThat(page).contains("class='curve c0'", "class='curve c1'", "<th>LoRA</th><th>SaLoRA</th>");
    }

    @Test
    void modulesWithoutALayerHaveARowOfTheirOwn() {
        String map = new RankMap("title", Map.of("classifier.dense", 3, "roberta.encoder.layer.11.output.dense", 2), 4)
                .svg();
        assertThat(map).contains(">classifier.dense<", ">encoder 11<", ">output.dense<");
    }

    @Test
    void aFolderWithoutASummaryIsNoRun() {
        assertThatThrownBy(() -> RunRecord.read("none", folder))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("summary.json");
    }

    private static Map<String, Integer> ranks() {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        int rank = 0;
        for (String stack : List.of("encoder", "decoder")) {
            for (int layer = 0; layer < 2; layer++) {
                for (String module : List.of("self_attn.q_proj", "self_attn.v_proj", "fc1")) {
                    ranks.put("model." + stack + ".layers." + layer + "." + module, rank++ % 9);
                }
            }
        }
        return ranks;
    }

    /** A finished run with a log of a few lines. */
    private RunFolder write(String method, Map<String, Integer> ranks, Map<String, Double> more, double density) {
        RunFolder run = RunFolder.at(folder.resolve(method), false);
        MetricsLog log = run.begin(0);
        Map<String, Double> metrics = Map.of("exact", 0.2, "error_rate", 0.3);
        log.append(new MetricsEntry(0, metrics));
        for (int step = 1; step <= 80; step++) {
            Map<String, Double> numbers = new LinkedHashMap<>();
            numbers.put(MetricsEntry.LOSS, 3.0 / step);
            numbers.put(MetricsEntry.REGULARIZER, 0.5);
            numbers.putAll(more);
            log.append(new MetricsEntry(step, numbers));
        }
        log.append(new MetricsEntry(80, Map.of("exact", 0.9, "error_rate", 0.1)));
        run.finish(new RunSummary(
                new RunSummary.Run(method, "seq2seq", "tiny", 1, "reference", 1, Map.of()),
                new TrainingResult(80, 1, 640, 1.5, 18.75, 18, 0.04, metrics, Map.of("exact", 0.9, "error_rate", 0.1)),
                new RetainedRanks(ranks.isEmpty() ? null : 8, 1000, 500, density, density, density, ranks),
                100.0));
        return run;
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }
}
