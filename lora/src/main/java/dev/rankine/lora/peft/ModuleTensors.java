package dev.rankine.lora.peft;

import dev.rankine.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** The tensors of a file, by module path and by the end of their names; every module has all of them. */
record ModuleTensors(Map<String, Map<String, Tensor>> byModule) {
    /**
     * @param suffixes the ends of the names that a module's tensors have
     * @throws PeftException if there is another tensor, or a module lacks one
     */
    static ModuleTensors of(Path file, Map<String, Tensor> tensors, List<String> suffixes) {
        Map<String, Map<String, Tensor>> byModule = new TreeMap<>();
        List<String> unknown = new ArrayList<>();
        tensors.forEach((name, tensor) -> suffixes.stream()
                .filter(suffix -> name.startsWith(PeftFolder.PREFIX) && name.endsWith(suffix))
                .findFirst()
                .ifPresentOrElse(
                        suffix -> {
                            String path = name.substring(PeftFolder.PREFIX.length(), name.length() - suffix.length());
                            byModule.computeIfAbsent(path, _ -> new TreeMap<>()).put(suffix, tensor);
                        },
                        () -> unknown.add(name)));
        if (!unknown.isEmpty()) {
            throw new PeftException(file, "tensors that are no part of such an adapter: " + unknown);
        }
        TreeSet<String> incomplete = new TreeSet<>(byModule.keySet());
        incomplete.removeIf(path -> Objects.requireNonNull(byModule.get(path)).size() == suffixes.size());
        if (!incomplete.isEmpty()) {
            List<String> names = suffixes.stream()
                    .map(suffix -> suffix.substring(1).replace(".weight", ""))
                    .toList();
            throw new PeftException(file, "modules without all of " + names + ": " + incomplete);
        }
        return new ModuleTensors(byModule);
    }

    Tensor get(String path, String suffix) {
        return Objects.requireNonNull(Objects.requireNonNull(byModule.get(path)).get(suffix));
    }
}
