package dev.rankine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs a copy of the launcher among JDKs and a Maven that are small scripts, so that nothing real is built or started. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final String VECTOR = "java.base jdk.compiler jdk.incubator.vector";
    private static final List<String> TOOLS = List.of(
            "cat", "dirname", "find", "head", "mkdir", "mv", "readlink", "rm", "sed", "sh", "sleep", "sysctl", "tr");

    @TempDir
    Path temp;

    private Path home;
    private Path tools;
    private Path jdks;
    private final Map<String, String> environment = new TreeMap<>();

    private record Run(int exit, List<String> out, String err) {}

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(temp.resolve("a folder/rankine"));
        Files.copy(Repository.root().resolve("rankine"), home.resolve("rankine"));
        write(home.resolve("pom.xml"), "<project/>");
        write(home.resolve("tensor/src/main/java/A.java"), "class A {}");
        jdks = Files.createDirectories(temp.resolve("some jdks"));
        tools = Files.createDirectories(temp.resolve("bin"));
        for (String tool : TOOLS) {
            Stream.of("/usr/bin", "/bin", "/usr/sbin")
                    .map(folder -> Path.of(folder, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .ifPresent(file -> script(tools.resolve(tool), "exec " + file + " \"$@\""));
        }
        environment.put("PATH", tools.toString());
        environment.put("HOME", temp.toString());
        environment.put("RANKINE_JDKS", temp.resolve("nothing here") + ":" + jdks);
    }

    @Test
    void takesThe25AmongOlderAndNewerJdks() throws Exception {
        for (int version : new int[] {17, 21, 25, 26}) {
            jdk("jdk-" + version, version + ".0.1", VECTOR);
        }
        assertThat(run("jdk").out()).containsExactly(jdks.resolve("jdk-25").toString());
    }

    @Test
    void prefersJavaHomeAndThenThePathWhereTheyAreNewEnough() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        Path newer = jdk("jdk-26", "26", VECTOR);
        environment.put("JAVA_HOME", newer.toString());
        assertThat(run("jdk").out()).containsExactly(newer.toString());
        environment.put("JAVA_HOME", jdk("jdk-17", "17.0.15", VECTOR).toString());
        Files.createSymbolicLink(tools.resolve("java"), newer.resolve("bin/java"));
        assertThat(run("jdk").out()).containsExactly(newer.toString());
    }

    @Test
    void asksTheJvmWhereTheReleaseFileIsMissing() throws Exception {
        Path unlabelled = jdk("jdk-25", "25.0.1", VECTOR);
        Files.delete(unlabelled.resolve("release"));
        write(unlabelled.resolve("lib/modules"), "");
        script(unlabelled.resolve("bin/java"), "echo 'openjdk version \"25.0.1\" 2025-10-21' >&2");
        assertThat(run("jdk").out()).containsExactly(unlabelled.toString());
    }

    @Test
    void saysWhatToInstallWithoutAJdk() throws Exception {
        jdk("jdk-17", "17.0.15", VECTOR);
        jdk("jdk-21", "21.0.9", VECTOR);
        Run run = run("demo");
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("no JDK 25 or later was found", "apt-get install", "brew install");
    }

    @Test
    void refusesAnUnsuitableRankineJavaHome() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        environment.put("RANKINE_JAVA_HOME", jdk("jdk-21", "21.0.9", VECTOR).toString());
        Run run = run("demo");
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("RANKINE_JAVA_HOME=" + jdks.resolve("jdk-21"));
    }

    @Test
    void passesArgumentsAsTheyAre() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        maven("true");
        Path link = Files.createSymbolicLink(temp.resolve("my link"), home.resolve("rankine"));
        Run run = start(link, "finetune", "--out", "my runs/a  b", "", "$HOME *");
        assertThat(run.exit()).isEqualTo(7);
        int main = run.out().indexOf("<dev.rankine.cli.Main>");
        assertThat(run.out().subList(main - 1, run.out().size()))
                .containsExactly(
                        "<" + home.toRealPath().resolve("cli/target/rankine.jar") + ">",
                        "<dev.rankine.cli.Main>",
                        "<finetune>",
                        "<--out>",
                        "<my runs/a  b>",
                        "<>",
                        "<$HOME *>");
    }

    @Test
    void setsTheFlagsThatTheJdkHasAndTheUserWants() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        maven("true");
        assertThat(run("devices").out())
                .contains("<--add-modules=jdk.incubator.vector>", "<--enable-native-access=ALL-UNNAMED>")
                .anyMatch(flag -> flag.matches("<-XX:MaxDirectMemorySize=[1-9][0-9]*m>"));

        jdk("jdk-25", "25.0.1", "java.base jdk.compiler");
        environment.put("RANKINE_DIRECT_MEMORY", "9g");
        environment.put("RANKINE_JAVA_OPTS", "-Xmx4g -ea");
        assertThat(run("devices").out())
                .contains("<-XX:MaxDirectMemorySize=9g>", "<-Xmx4g>", "<-ea>")
                .noneMatch(flag -> flag.contains("vector"));
    }

    @Test
    void loadsTornadoVmForThoseWhoAskForIt() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        maven(
                "echo \"$TORNADOVM_HOME $*\" >\"$HOME/maven\"; mkdir -p cli/target/lib; :>cli/target/lib/rankine-tornado-1.jar");
        Path sdk = temp.resolve(".sdkman/candidates/tornadovm/current");
        write(sdk.resolve("share/java/tornado/tornado-api-9.8-jdk25.jar"), "");
        write(sdk.resolve("tornado-argfile.template"), "--module-path .:${TORNADOVM_HOME}/share/java/tornado");
        String flags = "<@" + home.toRealPath().resolve("target/tornado-argfile") + ">";
        assertThat(run("demo").out()).doesNotContain(flags);
        assertThat(run("devices").out()).contains(flags);
        assertThat(run("demo", "--backend", "tornado:opencl:0").out()).contains(flags);
        assertThat(home.resolve("target/tornado-argfile"))
                .content()
                .startsWith("--module-path " + sdk + "/share/java/tornado\n")
                .contains("-Dtornado.recover.bailout=False\n");
        assertThat(temp.resolve("maven")).content().startsWith(sdk.toString()).contains("-Dtornado.version=9.8-jdk25");

        environment.put("TORNADOVM_HOME", "");
        assertThat(run("devices").out()).doesNotContain(flags);
        environment.put("TORNADOVM_HOME", temp.resolve("elsewhere").toString());
        Run without = run("devices");
        assertThat(without.out()).doesNotContain(flags);
        assertThat(without.err()).contains("elsewhere is no TornadoVM SDK");
    }

    @Test
    void aPackedFolderBuildsNothingAndBringsJavaAndSdk() throws Exception {
        environment.put("JAVA_HOME", jdk("jdk-25", "25.0.1", VECTOR).toString());
        Files.move(jdk("packed", "25.0.2", VECTOR), home.resolve("runtime"));
        Files.delete(home.resolve("runtime/bin/javac"));
        write(home.resolve("rankine.jar"), "");
        write(home.resolve("sdk/share/java/tornado/tornado-api-9.8-jdk25.jar"), "");
        write(home.resolve("sdk/tornado-argfile.template"), "-Djava.library.path=${TORNADOVM_HOME}/lib");
        Path real = home.toRealPath();
        assertThat(run("jdk").out()).containsExactly(real.resolve("runtime").toString());
        Run run = run("devices");
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("<@" + real.resolve("target/tornado-argfile") + ">", "<" + real.resolve("rankine.jar") + ">");
        assertThat(home.resolve("target/tornado-argfile"))
                .content()
                .startsWith("-Djava.library.path=" + real.resolve("sdk/lib"));
        Run test = run("test");
        assertThat(test.exit()).isEqualTo(2);
        assertThat(test.err()).contains("there are no sources here to test");
    }

    @Test
    void buildsOnTheJdkFoundAndOnlyWhenSourcesAreNewer() throws Exception {
        Path jdk = jdk("jdk-25", "25.0.1", VECTOR);
        environment.put("JAVA_HOME", jdk("jdk-17", "17.0.15", VECTOR).toString());
        maven("echo 'a long log'; echo \"$JAVA_HOME\" >>\"$HOME/builds\"");
        Run first = run("demo");
        assertThat(first.err()).contains("building Rankine (first run").doesNotContain("a long log");
        assertThat(run("demo").err()).doesNotContain("building");
        assertThat(Files.readAllLines(temp.resolve("builds"))).containsExactly(jdk.toString());

        Path source = home.resolve("tensor/src/main/java/A.java");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(run("demo").err()).contains("building Rankine (its sources changed)");
        assertThat(Files.readAllLines(temp.resolve("builds"))).hasSize(2);
    }

    @Test
    void startsWithTheClassesThatTheBuildKept() throws Exception {
        Path jdk = jdk("jdk-25", "25.0.1", VECTOR);
        maven("true");
        assertThat(run("demo").out())
                .as("this JVM cannot keep any")
                .noneMatch(flag -> flag.contains("AOT"))
                .contains("<-XX:CompilationMode=high-only>", "<-XX:PerMethodTrapLimit=10000>")
                .contains("<-XX:CompileCommand=CompileThresholdScaling,dev.rankine.tensor.vector.*::*,0.1>");

        String keeping = """
                for word in "$@"; do
                    case $word in -XX:AOTCacheOutput=*) : >"${word#*=}"; exit 1 ;; esac
                    printf '<%s>\\n' "$word"
                done""";
        script(jdk.resolve("bin/java"), keeping);
        Files.delete(home.resolve("cli/target/rankine.stamp"));
        Path cache = home.toRealPath().resolve("cli/target/rankine.aot");
        assertThat(run("demo").out()).contains("<-XX:AOTCache=" + cache + ">");
        try (Stream<Path> left = Files.list(home.resolve("target"))) {
            assertThat(left).extracting(Path::getFileName).containsExactly(Path.of("rankine-build.log"));
        }

        Files.delete(home.resolve("cli/target/rankine.stamp"));
        jdk("jdk-25", "25.0.1", VECTOR);
        assertThat(run("demo").out()).as("of another build").noneMatch(flag -> flag.contains("AOT"));
    }

    @Test
    void showsMavensOutputWhenTheBuildFails() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        maven("echo 'cannot find symbol'; exit 1");
        Run run = run("demo");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("cannot find symbol", "the build failed");
        assertThat(run.out()).isEmpty();
        assertThat(run("demo").exit()).as("a failed build is tried again").isEqualTo(1);
    }

    @Test
    void saysWhatToInstallWithoutMaven() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        Run run = run("demo");
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("building needs Maven 3.8.7 or later", "apt-get install maven");
    }

    @Test
    void testRunsTheWholeBuildAndPassesItsArgumentsAndExitCodeOn() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        maven("for word in \"$@\"; do echo \"[$word]\"; done; [ \"$4\" != -Dfail ]");
        assertThat(run("test", "-Dtest=A B").out()).contains("[verify]", "[-Dtest=A B]");
        assertThat(run("test").exit()).isZero();
        assertThat(run("test", "-Dfail").exit()).isEqualTo(1);
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        maven("echo one >>\"$HOME/builds\"; sleep 1");
        Process first = process(home.resolve("rankine"), "a").start();
        Process second = process(home.resolve("rankine"), "b").start();
        assertThat(List.of(first.waitFor(), second.waitFor())).containsExactly(7, 7);
        assertThat(Files.readAllLines(temp.resolve("builds"))).containsExactly("one");
    }

    @Test
    void aKilledBuildLeavesNoLock() throws Exception {
        jdk("jdk-25", "25.0.1", VECTOR);
        maven("true");
        Process gone = new ProcessBuilder(tools.resolve("sh").toString(), "-c", "exit 0").start();
        gone.waitFor();
        write(home.resolve("target/rankine.lock/pid"), gone.pid() + "\n");
        assertThat(run("demo").exit()).isEqualTo(7);
    }

    /** A JDK whose {@code java} prints its arguments, one a line, and exits with 7. */
    private Path jdk(String name, String version, String modules) throws IOException {
        Path folder = jdks.resolve(name);
        write(folder.resolve("release"), "JAVA_VERSION=\"%s\"\nMODULES=\"%s\"".formatted(version, modules));
        script(folder.resolve("bin/javac"), "exit 1");
        script(folder.resolve("bin/java"), "for word in \"$@\"; do printf '<%s>\\n' \"$word\"; done; exit 7");
        return folder;
    }

    /** A Maven that makes the jar and then does what {@code body} says. */
    private void maven(String body) throws IOException {
        script(tools.resolve("mvn"), "mkdir -p cli/target && echo jar >cli/target/rankine.jar\n" + body);
    }

    private Run run(String... arguments) throws Exception {
        return start(home.resolve("rankine"), arguments);
    }

    private Run start(Path launcher, String... arguments) throws Exception {
        Path out = temp.resolve("out.txt");
        Path err = temp.resolve("err.txt");
        Process process = process(launcher, arguments)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS))
                .as("the launcher ended")
                .isTrue();
        return new Run(process.exitValue(), Files.readAllLines(out), Files.readString(err));
    }

    private ProcessBuilder process(Path launcher, String... arguments) {
        List<String> command = new ArrayList<>(List.of(tools.resolve("sh").toString(), launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void script(Path file, String body) {
        try {
            write(file, "#!/bin/sh\n" + body + "\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}
