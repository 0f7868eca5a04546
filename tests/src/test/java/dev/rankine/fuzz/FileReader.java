package dev.rankine.fuzz;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.StoredAdapter;
import dev.rankine.lora.peft.PeftException;
import dev.rankine.lora.task.AdapterFolder;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.files.Checksums;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsException;
import dev.rankine.transformer.checkpoint.CheckpointException;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.data.DataException;
import dev.rankine.transformer.data.TsvPairs;
import dev.rankine.transformer.site.LinearSite;
import dev.rankine.transformer.train.MetricsLog;
import dev.rankine.transformer.train.Predictions;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunFolderException;
import dev.rankine.transformer.train.TrainingCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Everything that reads files, each with the errors that it may answer with. An input is the content of the files, see
 * {@link Input}; whatever else is thrown, an endless loop or exhausted memory is a fault.
 */
enum FileReader {
    SAFETENSORS(SafetensorsException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            readAll(Safetensors.open(input.whole(folder.resolve("any.safetensors"))));
        }
    },
    /** Configuration with its vocabularies, and weights. */
    MODEL(CheckpointException.class, IllegalArgumentException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.textAndTensors(folder.resolve(Checkpoints.CONFIG), folder.resolve(Checkpoints.WEIGHTS));
            Seq2Seq.load(Shared.BACKEND, folder);
        }
    },
    PEFT_ADAPTER(PeftException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.textAndTensors(folder.resolve("adapter_config.json"), folder.resolve(StoredAdapter.TENSORS));
            attach(folder);
        }
    },
    STORED_ADAPTER(IllegalArgumentException.class, ShapeMismatch.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.textAndTensors(folder.resolve(StoredAdapter.DESCRIPTION), folder.resolve(StoredAdapter.TENSORS));
            attach(folder);
        }
    },
    PAIRS(DataException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            TsvPairs.read(input.whole(folder.resolve("pairs.tsv")));
        }
    },
    METRICS(RunFolderException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            new MetricsLog(input.whole(folder.resolve("metrics.jsonl"))).read();
        }
    },
    PREDICTIONS(RunFolderException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            new Predictions(input.whole(folder.resolve("predictions.tsv"))).read();
        }
    },
    SUMMARY(RunFolderException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.whole(folder.resolve("summary.json"));
            RunFolder.at(folder, true).summary();
        }
    },
    /** With sums that are right, which a stranger can make as well. */
    CHECKPOINT(RunFolderException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            Path checkpoint = Files.createDirectories(folder.resolve("step-1"));
            input.textAndTensors(checkpoint.resolve("state.json"), checkpoint.resolve("state.safetensors"));
            Checksums.write(checkpoint);
            new TrainingCheckpoint(checkpoint).load(Shared.BACKEND);
        }
    };

    /** A model with few and small weights, which adapters are put on. */
    private static final class Shared {
        static final Backend BACKEND = Backends.choose("reference", 1).backend();
        static final Seq2Seq TASK = SeedCorpus.tinyModel(BACKEND);
    }

    private final List<Class<? extends Exception>> answers;

    @SafeVarargs
    FileReader(Class<? extends Exception>... answers) {
        this.answers = List.of(answers);
    }

    /** Writes the input's files into a folder and reads them. */
    abstract void read(Input input, Path folder) throws IOException;

    /**
     * Reads an input.
     *
     * @return the reader's refusal, or null if it read the files
     * @throws AssertionError if the reader failed otherwise than it says
     */
    final @Nullable Exception answer(byte[] content, Path folder) {
        try {
            read(new Input(content), folder);
            return null;
        } catch (IOException | RuntimeException refusal) {
            if (answers.contains(refusal.getClass())) {
                return refusal;
            }
            throw new AssertionError(this + " answered with " + refusal, refusal);
        }
    }

    /** The folder of its seeds and finds. */
    final String folder() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static void readAll(Safetensors file) {
        for (String name : file.names()) {
            try {
                MemorySegment bytes =
                        file.tensor(name, Shared.BACKEND).storage().host();
                if (bytes.byteSize() > 0) {
                    bytes.get(ValueLayout.JAVA_BYTE, bytes.byteSize() - 1);
                }
            } catch (SafetensorsException unsupported) {
                file.type(name);
            }
        }
    }

    private static void attach(Path folder) {
        AdaptedModel adapted = null;
        try {
            adapted = AdapterFolder.attach(folder, Shared.TASK.model(), Shared.BACKEND, new Method.Run(0, 0));
        } finally {
            if (adapted != null) {
                adapted.detach();
            }
            if (Shared.TASK.model().sites().linear().stream().anyMatch(LinearSite::isOccupied)) {
                throw new AssertionError("a refused adapter stayed on the model");
            }
        }
    }
}
