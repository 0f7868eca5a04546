package dev.rankine.tensor.vector;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs test classes in a Java virtual machine of their own, since the vector width is fixed when one starts. */
final class ChildTests {
    private ChildTests() {}

    /** Runs the classes and gives what the child printed, the number of lanes first and failures if there are any. */
    static String run(List<String> options, List<Class<?>> classes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(options);
        command.addAll(List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), ChildTests.class.getName()));
        classes.forEach(type -> command.add(type.getName()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes());
        return output + "exit " + child.waitFor();
    }

    /** The child: arguments are the names of test classes. */
    public static void main(String[] names) {
        System.out.println("lanes " + Lanes.COUNT);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(names)
                        .map(name -> (DiscoverySelector) selectClass(name))
                        .toList())
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
        System.out.println("passed " + listener.getSummary().getTestsSucceededCount());
        System.exit(listener.getSummary().getTotalFailureCount() == 0 ? 0 : 1);
    }
}
