package dev.rankine.lora;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Trained Pfeiffer adapters of a {@link SmallModel} in folders, for fusion. */
final class Experts {
    private Experts() {}

    /** Two folders with a comma between them. */
    static String folders(SmallModel.Kind kind) {
        List<Path> folders = new ArrayList<>();
        try {
            Path place = Files.createTempDirectory("experts");
            place.toFile().deleteOnExit();
            for (int n = 0; n < 2; n++) {
                Path folder = place.resolve("expert" + n);
                trained(kind, n).write(folder);
                folders.add(folder);
                folder.toFile().deleteOnExit();
                try (var files = Files.list(folder)) {
                    files.forEach(file -> file.toFile().deleteOnExit());
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return new Folders(folders).toString();
    }

    private static StoredAdapter trained(SmallModel.Kind kind, int seed) {
        SmallModel model = kind.make(new ReferenceBackend(), DType.F32, 11);
        Method pfeiffer = Methods.named("pfeiffer").with(Map.of("bottleneck", "" + (2 + seed), "spread", "0.3"));
        AdaptedModel adapted = pfeiffer.attach(model.model(), new Method.Run(seed, 0));
        model.train(new Rig(adapted.controller(), model.backend, 3, 4, .02), 4);
        return StoredAdapter.of(adapted, "small");
    }
}
