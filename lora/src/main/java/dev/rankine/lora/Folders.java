package dev.rankine.lora;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Folders as a setting: paths with commas between them. */
public record Folders(List<Path> paths) {
    public Folders {
        paths = List.copyOf(paths);
    }

    public static Folders parse(String text) {
        return new Folders(Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(Path::of)
                .toList());
    }

    @Override
    public String toString() {
        return paths.stream().map(Path::toString).collect(Collectors.joining(","));
    }
}
