package dev.rankine.fuzz;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.StoredAdapter;
import dev.rankine.lora.inspect.AdapterContents;
import dev.rankine.lora.inspect.ModelContents;
import dev.rankine.lora.inspect.ModelForm;
import dev.rankine.lora.peft.PeftException;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.lora.task.AdapterFolder;
import dev.rankine.lora.task.MergedModel;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.lora.task.TaskFile;
import dev.rankine.lora.task.TextScoring;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.files.Checksums;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsException;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.checkpoint.CheckpointException;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.checkpoint.GenerationConfig;
import dev.rankine.transformer.checkpoint.WeightFiles;
import dev.rankine.transformer.data.DataException;
import dev.rankine.transformer.data.Documents;
import dev.rankine.transformer.data.Glue;
import dev.rankine.transformer.data.Template;
import dev.rankine.transformer.data.TextColumns;
import dev.rankine.transformer.data.TextExamples;
import dev.rankine.transformer.data.TsvPairs;
import dev.rankine.transformer.site.LinearSite;
import dev.rankine.transformer.text.Tokenizer;
import dev.rankine.transformer.text.Tokens;
import dev.rankine.transformer.train.MetricsLog;
import dev.rankine.transformer.train.Predictions;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunFolderException;
import dev.rankine.transformer.train.TrainingCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
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
            input.files(folder, Checkpoints.CONFIG, Checkpoints.WEIGHTS);
            Seq2Seq.load(Shared.BACKEND, folder);
        }
    },
    /** BERT, RoBERTa, GPT-2 and LLaMA, and what is told of any folder. */
    FAMILY(CheckpointException.class, IllegalArgumentException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.files(folder, Checkpoints.CONFIG, Checkpoints.WEIGHTS);
            Checkpoints.any(folder, new RandomWeights(Shared.BACKEND, DType.F32, 0));
            ModelForm.read(folder).activations(1, 1);
            ModelContents.read(folder, Shared.BACKEND, 0);
        }
    },
    /** The index of weights in two files, which are as they should be. */
    SHARDS(CheckpointException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            if (!Files.exists(folder.resolve(Checkpoints.CONFIG))) {
                SeedCorpus.writeShards(Shared.TASK, folder);
            }
            input.whole(folder.resolve(WeightFiles.INDEX));
            Seq2Seq.load(Shared.BACKEND, folder);
        }
    },
    /** Every form of it, one by one or together. */
    TOKENIZER(IllegalArgumentException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.files(folder, TOKENIZER_FILES);
            Tokenizer tokenizer = Tokenizer.read(folder);
            tokenizer.requireFits(tokenizer.size());
            for (String text : TEXTS) {
                Tokens tokens = tokenizer.encode(text);
                tokenizer.encode(text, text);
                tokenizer.encodePlain(text);
                tokenizer.decode(tokens.ids());
            }
            Tokenizer cut = tokenizer.cutTo(4);
            TEXTS.forEach(text -> cut.encode(text, text));
        }
    },
    /** Labelled texts; the first byte tells the form of the file and its columns. */
    TABLE(DataException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            String form = switch (input.first()) {
                case 'c' -> "csv";
                case 'j' -> "jsonl";
                default -> "tsv";
            };
            TextColumns columns = switch (input.first()) {
                case 'g' -> Glue.MRPC.columns();
                case 'n' -> new TextColumns("1", "2", "3", false);
                default -> new TextColumns("text", "pair", "label", true);
            };
            TextExamples examples = TextExamples.read(input.rest().whole(folder.resolve("rows." + form)), columns, 100);
            examples.texts();
            examples.classes(examples.distinctLabels());
            examples.scores();
        }
    },
    /** A text to model the language of, whole and in parts. */
    DOCUMENTS(DataException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            Path file = input.whole(folder.resolve("text.txt"));
            Documents.ofText(file, null, 100);
            Documents.ofText(file, "--", 100);
        }
    },
    /** How prompts are put together. */
    TEMPLATE(IllegalArgumentException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            Path file = input.whole(folder.resolve("template.txt"));
            Template template = Template.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            Map<String, String> values =
                    template.inputs().stream().collect(Collectors.toMap(name -> name, name -> "{"));
            String prompt = template.prompt(values);
            if (!template.renamed(name -> name).prompt(values).equals(prompt)) {
                throw new AssertionError("a template with the same names is another one: " + template);
            }
        }
    },
    /** How a model begins and ends what it writes, of two files. */
    GENERATION(CheckpointException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.files(folder, "generation_config.json", Checkpoints.CONFIG);
            GenerationConfig.in(folder, 10);
        }
    },
    /** An adapter with a head that was trained beside it, as merging reads it, and what it says of its task. */
    TRAINED_HEAD(PeftException.class, CheckpointException.class, IllegalArgumentException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.files(folder, PeftFolder.CONFIG, TaskFile.NAME, PeftFolder.TENSORS);
            AdapterContents.read(folder, Shared.BACKEND);
            TaskFile task = TaskFile.in(folder);
            if (task != null) {
                TextScoring.Settings.of(task);
            }
            Path out = folder.resolve("merged");
            for (String file : new String[] {Checkpoints.CONFIG, Checkpoints.WEIGHTS}) {
                Files.deleteIfExists(out.resolve(file));
            }
            MergedModel.write(SeedCorpus.family("roberta_words"), folder, out, null, Shared.BACKEND);
        }
    },
    PEFT_ADAPTER(PeftException.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.files(folder, PeftFolder.CONFIG, PeftFolder.TENSORS);
            attach(folder);
        }
    },
    STORED_ADAPTER(IllegalArgumentException.class, ShapeMismatch.class) {
        @Override
        void read(Input input, Path folder) throws IOException {
            input.files(folder, StoredAdapter.DESCRIPTION, StoredAdapter.TENSORS);
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
            input.files(checkpoint, "state.json", "state.safetensors");
            Checksums.write(checkpoint);
            new TrainingCheckpoint(checkpoint).load(Shared.BACKEND);
        }
    };

    static final String[] TOKENIZER_FILES = {
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "vocab.txt"
    };

    private static final List<String> TEXTS =
            List.of("", "ab", "Ab  a\tb\n", "\u00e4\uD83D\uDE00 1 \u4e2d<s>", "\0", "ab".repeat(70));

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
