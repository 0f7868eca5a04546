package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Repository;
import dev.rankine.transformer.train.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");
    private static final String IMPORTS = """
            import dev.rankine.lora.*;
            import dev.rankine.lora.task.*;
            import dev.rankine.tensor.*;
            import dev.rankine.transformer.data.*;
            import dev.rankine.transformer.train.*;
            import java.nio.file.Path;
            import java.util.List;
            import java.util.Map;
            """;

    @TempDir
    Path folder;

    private static String readme() throws IOException {
        return Files.readString(Repository.root().resolve("README.md"));
    }

    /** Its lines as they stand, with other files and another word. */
    @Test
    void itsJavaCompilesAndAdaptsAModel() throws Exception {
        Workbench bench = Workbench.in(folder);
        Matcher shown = JAVA.matcher(readme());
        assertThat(shown.find()).isTrue();
        String lines = shown.group(1)
                .replace("\"bart_g2p_us\"", literal(bench.model()))
                .replace("\"train.tsv\"", literal(bench.train()))
                .replace("\"dev.tsv\"", literal(bench.dev()))
                .replace("\"british\"", literal(bench.out()))
                .replace("\"thermodynamics\"", "\"cab\"");
        run("Example", IMPORTS + "public class Example { public static void run() {\n" + lines + "}}");
        RunFolder run = RunFolder.at(bench.out(), true);
        assertThat(run.summary().run().method()).isEqualTo("salora");
        assertThat(run.summary().ranks().density()).isEqualTo(0.5);
        assertThat(run.adapter().resolve("adapter_model.safetensors")).isNotEmptyFile();
    }

    private static String literal(Path path) {
        return '"' + path.toString().replace("\\", "\\\\") + '"';
    }

    private void run(String name, String source) throws Exception {
        Path file = Files.writeString(folder.resolve(name + ".java"), source);
        Path classes = Files.createDirectory(folder.resolve("classes"));
        var said = new StringWriter();
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        int code = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        new PrintWriter(said),
                        new PrintWriter(said),
                        "-proc:none",
                        "-cp",
                        path,
                        "-d",
                        classes.toString(),
                        file.toString());
        assertThat(code).as(said.toString()).isZero();
        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            loader.loadClass(name).getMethod("run").invoke(null);
        }
    }

    @Test
    void everyFileThatItLinksIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        Matcher links = LINK.matcher(readme());
        while (links.find()) {
            if (!Files.exists(Repository.root().resolve(links.group(1)))) {
                missing.add(links.group(1));
            }
        }
        assertThat(missing).isEmpty();
    }
}
