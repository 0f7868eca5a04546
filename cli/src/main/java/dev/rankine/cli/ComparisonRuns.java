package dev.rankine.cli;

import dev.rankine.lora.report.Candidate;
import dev.rankine.lora.report.RunRecord;
import dev.rankine.transformer.train.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The runs of a comparison, each a call of {@code finetune} with what the comparison's own call says and what tells the run
 * from the others.
 *
 * @param compare the comparison's command, parsed
 * @param out its folder
 */
record ComparisonRuns(Console console, CommandSpec compare, Path out, List<Long> seeds) {
    /** What finetune has too, and every run has for itself. */
    private static final Set<String> OF_ONE_RUN = Set.of("--out", "--resume");

    /**
     * Makes the runs that are not finished: seed by seed, so that what changes on the machine meanwhile meets every method.
     *
     * @throws IllegalStateException if runs failed, after all others were made, or were interrupted
     */
    void run(Collection<Variant> variants) {
        ChildRun child = new ChildRun(console);
        List<String> failures = new ArrayList<>();
        int runs = seeds.size() * variants.size();
        int number = 0;
        for (long seed : seeds) {
            for (Variant variant : variants) {
                String which = "run " + ++number + " of " + runs + ": ";
                RunFolder folder = folder(variant, seed);
                if (folder.state() == RunFolder.State.FINISHED) {
                    console.say(which + folder.path() + " is finished");
                    continue;
                }
                console.say(which + variant.name() + ", seed " + seed + ", to " + folder.path());
                int code = child.run(
                        arguments(variant, seed, folder), variant.method().name());
                if (code >= StopSignals.EXIT_CODE) {
                    throw new IllegalStateException("the comparison was interrupted; --resume goes on with it");
                }
                if (code != 0) {
                    failures.add(folder.path() + " (" + child.lastLine() + ")");
                }
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.size() + " of " + runs + " runs failed: "
                    + String.join("; ", failures) + "; the others are kept, --resume repeats these only");
        }
    }

    private RunFolder folder(Variant variant, long seed) {
        return RunFolder.at(out.resolve(variant.folder(seed)), true);
    }

    private List<String> arguments(Variant variant, long seed, RunFolder folder) {
        CommandSpec finetune = Objects.requireNonNull(
                        compare.parent().subcommands().get("finetune"))
                .getCommandSpec();
        CommandSpec ofMethods = Objects.requireNonNull(compare.mixins().get("methodOptions"));
        List<String> arguments = new ArrayList<>(List.of("finetune"));
        for (OptionSpec option : compare.commandLine().getParseResult().matchedOptions()) {
            String name = option.longestName();
            if (finetune.findOption(name) != null && ofMethods.findOption(name) == null && !OF_ONE_RUN.contains(name)) {
                arguments.add(name);
                if (option.arity().max() > 0) {
                    arguments.addAll(option.originalStringValues());
                }
            }
        }
        arguments.addAll(variant.arguments());
        arguments.addAll(List.of("--seed", Long.toString(seed), "--resume"));
        arguments.addAll(List.of("--out", folder.path().toString()));
        return arguments;
    }

    /** The finished runs of a method. */
    Candidate candidate(Variant variant) {
        List<RunFolder> folders =
                seeds.stream().map(seed -> folder(variant, seed)).toList();
        return new Candidate(
                variant.label(),
                variant.family(),
                variant.name(),
                variant.reference(),
                variant.at(),
                folders.stream()
                        .map(folder ->
                                RunRecord.read(String.valueOf(folder.path().getFileName()), folder.path()))
                        .toList(),
                folders.stream().map(folder -> folder.predictions().read()).toList());
    }
}
