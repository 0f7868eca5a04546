package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a call or its files: one screen, no stack trace, nothing half-written. */
class BadInputTest {
    private static final int SCREEN = 25;

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void lay() {
        bench = Workbench.in(folder);
    }

    private void refused(int exitCode, Called called, String... words) {
        assertThat(called.exitCode()).as(called.err()).isEqualTo(exitCode);
        assertThat(called.err()).contains(words).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(called.err().lines().count()).isLessThan(SCREEN);
        assertThat(called.out()).isEmpty();
        assertThat(bench.out()).doesNotExist();
    }

    private Called lora(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("--method", "lora", "--epochs", 1, "--out", bench.out()));
        arguments.addAll(Arrays.asList(more));
        return bench.finetune(arguments.toArray());
    }

    @Test
    void methodsAndTasksThatThereAreNotAreListed() {
        refused(2, bench.finetune("--method", "lara", "--out", bench.out()), "'lara'", "lora", "salora");
        Called task = Called.rankine(
                "finetune",
                "--model",
                bench.model(),
                "--task",
                "translate",
                "--train",
                bench.train(),
                "--dev",
                bench.dev(),
                "--method",
                "lora",
                "--out",
                bench.out());
        refused(2, task, "translate", "there is no task 'translate'", "seq2seq, classify, regress");
    }

    @Test
    void bytesThatAreNoTextAreNotGuessed() throws IOException {
        Path file = Files.write(folder.resolve("words.txt"), new byte[] {'a', 'b', (byte) 0xff, '\n'});
        List<Object> call = List.of("predict", "--model", bench.model(), "--backend", "reference");
        try (InputStream bytes = Files.newInputStream(file)) {
            var out = new ByteArrayOutputStream();
            var console = new Console(bytes, new PrintStream(out), new PrintStream(out), false);
            assertThat(Main.run(console, call.stream().map(String::valueOf).toArray(String[]::new)))
                    .isEqualTo(2);
            assertThat(out.toString(StandardCharsets.UTF_8)).contains("standard input is not UTF-8");
        }
        List<Object> named = new ArrayList<>(call);
        named.add(file);
        refused(2, Called.rankine(named.toArray()), file + " is not UTF-8");
    }

    @Test
    void aFolderIsNoData() {
        Called folderAsData =
                Called.rankine("predict", "--model", bench.model(), "--backend", "reference", bench.model());
        refused(2, folderAsData, "it is no ordinary file");
    }

    @Test
    void missingFilesAreNamed() {
        Path nowhere = folder.resolve("nowhere");
        for (String option : List.of("--model", "--train", "--dev")) {
            List<Object> call = new ArrayList<>(List.of("finetune", "--task", "seq2seq", "--method", "lora"));
            call.addAll(List.of("--out", bench.out()));
            call.addAll(List.of("--model", option.equals("--model") ? nowhere : bench.model()));
            call.addAll(List.of("--train", option.equals("--train") ? nowhere : bench.train()));
            call.addAll(List.of("--dev", option.equals("--dev") ? nowhere : bench.dev()));
            refused(2, Called.rankine(call.toArray()), option, nowhere.toString());
        }
        refused(2, lora("--init-adapter", nowhere), "--init-adapter", nowhere.toString());
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        refused(2, lora("--rank", 0), "rank", "at least 1");
        refused(2, lora("--rank", 9), "rank 9", "1 to 8");
        refused(2, lora("--rank", "two"), "'two'");
        refused(2, lora("--lr", -1), "learning rate");
        refused(2, lora("--batch", 0), "batch");
        refused(2, lora("--limit-train", 0), "--limit-train");
        refused(2, lora("--weight-decay", -0.5), "--weight-decay");
        refused(2, lora("--max-length", 100), "--max-length 100", "12");
        refused(2, lora("--targets", "q_prof"), "q_prof", "q_proj");
        refused(2, lora("--set", "colour=red"), "colour", "rank", "targets");
        refused(2, lora("--rank", 4, "--set", "rank=2"), "--rank", "--set rank");
        refused(2, bench.finetune("--method", "salora", "--density", 0, "--out", bench.out()), "density", "(0, 1]");
        refused(2, bench.finetune("--method", "salora", "--density", 1.5, "--out", bench.out()), "density");
        refused(2, lora("--epochs", "many"), "--epochs", "'many'");
    }

    @Test
    void backEndsThatThereAreNotAreListed() {
        Called called = Called.rankine("predict", "--model", bench.model(), bench.dev(), "--backend", "abacus");
        refused(2, called, "'abacus'", "reference");
    }

    @Test
    void dataThatIsNoneIsNamedWithItsLine() {
        refused(1, withTrain("a\tA", "b B"), "train.tsv, line 2", "tab");
        refused(1, withTrain(), "train.tsv", "empty");
        refused(1, withTrain("a\tA", "abcabcabcabcabc\tA"), "example 2", "12");
    }

    private Called withTrain(String... lines) {
        bench.write("train.tsv", List.of(lines));
        return lora();
    }

    @Test
    void modelFoldersThatAreNoneAreNamed() throws IOException {
        Path weights = bench.model().resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
        refused(1, lora(), "model.safetensors");
        byte[] lying = whole.clone();
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        Files.write(weights, lying);
        refused(1, lora(), "model.safetensors");
        Files.delete(weights);
        refused(1, lora(), "model.safetensors", "no such file");
        Files.write(weights, whole);
        Path config = bench.model().resolve("config.json");
        String json = Files.readString(config);
        Files.writeString(config, json.replace("\"encoder_layers\" : 1", "\"encoder_layers\" : 2"));
        refused(1, lora(), "missing", "model.encoder.layers.1");
        Files.writeString(config, json.replace("grapheme_chars", "letters"));
        refused(1, lora(), "grapheme_chars");
        Files.writeString(config, "{");
        refused(1, lora(), "config.json", "JSON");
    }

    @Test
    void aFileInPlaceOfTheRunFolderIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        Called called = bench.finetune("--method", "lora", "--epochs", 1, "--out", file);
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains(file.toString());
        assertThat(file).hasContent("mine");
    }

    @Test
    void theStackTraceIsThereForThoseWhoAsk() {
        assertThat(lora("--rank", 0, "--verbose").err()).contains("\tat dev.rankine");
    }
}
