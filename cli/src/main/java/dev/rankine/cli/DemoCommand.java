package dev.rankine.cli;

import dev.rankine.cli.demo.Dates.Languages;
import dev.rankine.cli.demo.Dates.Split;
import dev.rankine.cli.demo.Dates.Written;
import dev.rankine.cli.demo.DatesDemo;
import dev.rankine.lora.Method;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.text.UnknownCharacters;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The demonstration: prints what happens, a table, and the path of the report. */
@Command(
        name = "demo",
        description = "Needs no download: a model learns to read dates in twelve languages out of the JDK's own tables,"
                + " then LoRA and SaLoRA adapt it to four that it has never seen.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DemoCommand implements Runnable {
    private static final int EXAMPLES = 4;

    @Option(names = "--out", paramLabel = "DIR", description = "Where to write (default: runs/demo-<time>).")
    private @Nullable Path out;

    @Option(names = "--base-steps", paramLabel = "N", description = "Steps of the base model (default: 700).")
    private int baseSteps = 700;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of each adapter (default: 300).")
    private int adapterSteps = 300;

    @Option(names = "--batch", paramLabel = "N", description = "Dates in a step (default: 64).")
    private int batch = 64;

    @Option(names = "--tests", paramLabel = "N", description = "Dates to test each model on (default: 960).")
    private int tests = 960;

    @Option(names = "--seed", paramLabel = "N", description = "Of all chance (default: 0).")
    private long seed;

    @Mixin
    private BackendOptions backendOptions = new BackendOptions();

    private final Console console;

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        console.say("Rankine's demonstration: a transformer learns to read dates in twelve languages, and then, by"
                + " low-rank updates only, in four that it has never seen.");
        Path folder = out == null
                ? Path.of(
                        "runs",
                        "demo-" + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now()))
                : out;
        if (Files.exists(folder)) {
            throw new UsageException("--out " + folder + " exists: choose another folder");
        }
        var settings =
                UsageException.whileChecking(() -> new DatesDemo.Settings(baseSteps, adapterSteps, batch, tests, seed));
        try (Backend backend = backendOptions.open(console)) {
            show(backend, new DatesDemo(backend, settings, folder));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void show(Backend backend, DatesDemo demo) throws IOException {
        sayData(demo, Languages.BASE);
        List<String> rows = new ArrayList<>();
        try (Progress progress = new Progress(console, "base")) {
            rows.add(row("base, " + Languages.BASE.tags().size() + " languages", demo.trainBase(progress)));
        }
        Seq2Seq base = Seq2Seq.load(backend, demo.model());
        sayData(demo, Languages.UNSEEN);
        sayUnknown(demo, base);
        List<Written> examples = demo.data(Languages.UNSEEN, Split.TEST).subList(0, Math.min(EXAMPLES, tests));
        Map<String, List<String>> answers = new LinkedHashMap<>();
        answers.put("before", base.write(texts(examples)));
        for (Method method : DatesDemo.methods()) {
            try (Progress progress = new Progress(console, method.name())) {
                DatesDemo.Adapted adapted = demo.adapt(base, method, progress);
                answers.put(method.name(), base.write(texts(examples)));
                rows.add(row(
                        method.name() + ", " + Languages.UNSEEN.tags().size() + " new languages", adapted.summary()));
                adapted.tuning().adapted().detach();
            }
        }
        demo.writeReport();
        print(examples, answers);
        print(rows);
        console.out().println("report: " + demo.report());
    }

    private void sayData(DatesDemo demo, Languages languages) {
        Written first = demo.data(languages, Split.TRAIN).getFirst();
        console.say(String.format(
                Locale.ROOT,
                "dates in %s, such as '%s' (%s); a tenth of all dates is kept for the test",
                String.join(" ", languages.tags()),
                first.text(),
                first.iso()));
    }

    private void sayUnknown(DatesDemo demo, Seq2Seq base) {
        UnknownCharacters unknown = new UnknownCharacters();
        base.countUnknown(texts(demo.data(Languages.UNSEEN, Split.TRAIN)), unknown);
        console.say("characters that the base model has never seen: " + unknown.describe());
    }

    private static List<String> texts(List<Written> dates) {
        return dates.stream().map(Written::text).toList();
    }

    private void print(List<Written> examples, Map<String, List<String>> answers) {
        StringBuilder heading = new StringBuilder(String.format("%-36s", ""));
        answers.keySet().forEach(name -> heading.append(String.format("%-14s", name)));
        console.out().println();
        console.out().println(heading.toString().stripTrailing());
        for (int i = 0; i < examples.size(); i++) {
            StringBuilder line =
                    new StringBuilder(String.format("%-36s", examples.get(i).text()));
            for (List<String> written : answers.values()) {
                String answer = written.get(i);
                line.append(String.format(
                        "%-14s", answer + (answer.equals(examples.get(i).iso()) ? "" : " x")));
            }
            console.out().println(line.toString().stripTrailing());
        }
    }

    private void print(List<String> rows) {
        console.out().println();
        console.out()
                .println(String.format(
                        "%-25s%10s%8s%12s%10s%8s%10s", "", "exact", "before", "parameters", "kept", "rank", "seconds"));
        rows.forEach(console.out()::println);
        console.out().println();
    }

    private static String row(String name, RunSummary summary) {
        TrainingResult training = summary.training();
        RetainedRanks ranks = summary.ranks();
        String rank = ranks.retainedRank().isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.1f",
                        ranks.retainedRank().values().stream()
                                .mapToInt(kept -> kept)
                                .average()
                                .orElse(0));
        return String.format(
                Locale.ROOT,
                "%-25s%10.3f%8.3f%,12d%,10d%8s%10.1f",
                name,
                training.after().getOrDefault("exact", 0.0),
                training.before().getOrDefault("exact", 0.0),
                ranks.trainableParameters(),
                ranks.retainedParameters(),
                rank,
                training.trainSeconds());
    }
}
