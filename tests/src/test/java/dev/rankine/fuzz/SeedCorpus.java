package dev.rankine.fuzz;

import dev.rankine.Repository;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.StoredAdapter;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.lora.task.AdapterFolder;
import dev.rankine.lora.task.FineTuning;
import dev.rankine.lora.task.Seq2Seq;
import dev.rankine.lora.task.TaskFile;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.BertClassifier;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.checkpoint.Checkpoints;
import dev.rankine.transformer.checkpoint.WeightFiles;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the good inputs that fuzzing begins with into the folder that is its argument, a sub-folder for each {@link FileReader}:
 * what Rankine itself leaves on disk for a model as small as can be. Those of tables and tokenizers are written by hand.
 */
final class SeedCorpus {
    private static final List<TextPair> PAIRS = List.of(new TextPair("ab", "AB"), new TextPair("b", "B"));
    /** All that differ in what they write. */
    private static final List<String> METHODS =
            List.of("lora", "rslora", "dora", "salora", "houlsby", "pfeiffer", "prefix", "prompt", "full");

    private static final List<String> FAMILIES =
            List.of("bert", "bert_words", "roberta", "roberta_words", "gpt2", "llama", "llama_llama3");

    private final Path corpus;
    private final Path scratch;
    private final Backend backend;

    private SeedCorpus(Path corpus, Path scratch, Backend backend) {
        this.corpus = corpus;
        this.scratch = scratch;
        this.backend = backend;
    }

    public static void main(String[] arguments) throws IOException {
        try (Backend backend = Backends.choose("reference", 1).backend()) {
            new SeedCorpus(Path.of(arguments[0]), Files.createTempDirectory("seeds"), backend).write();
        }
    }

    /** One layer on each side, two heads of one number. */
    static Seq2Seq tinyModel(Backend backend) {
        var stack = new TransformerSettings.Stack(1, 2, 2);
        return Seq2Seq.fresh(
                "tiny",
                backend,
                TransformerSettings.of(6, 2, 5, stack, stack),
                CharacterVocabulary.of(List.of("ab")),
                CharacterVocabulary.of(List.of("AB")),
                1);
    }

    /** A small model of another family. */
    static Path family(String name) {
        return Repository.root().resolve("tests/fixtures/models").resolve(name);
    }

    /** A model's folder with its weights in two files and the index of both. */
    static void writeShards(Seq2Seq model, Path folder) throws IOException {
        Path whole = folder.resolve("whole");
        model.save(whole);
        Safetensors weights = Safetensors.open(whole.resolve(Checkpoints.WEIGHTS));
        Map<String, Map<String, Tensor>> shards = new TreeMap<>();
        ObjectNode index = JsonMapper.shared().createObjectNode();
        ObjectNode places = index.putObject("weight_map");
        for (String name : weights.names()) {
            String shard = name.contains("decoder") ? "second.safetensors" : "first.safetensors";
            shards.computeIfAbsent(shard, _ -> new TreeMap<>()).put(name, weights.tensor(name, model.backend()));
            places.put(name, shard);
        }
        for (String shard : shards.keySet()) {
            SafetensorsWriter.write(folder.resolve(shard), shards.get(shard), Map.of());
        }
        Files.writeString(folder.resolve(WeightFiles.INDEX), index.toString());
        Files.copy(whole.resolve(Checkpoints.CONFIG), folder.resolve(Checkpoints.CONFIG));
    }

    private void write() throws IOException {
        Path model = scratch.resolve("model");
        tinyModel(backend).save(model);
        put(FileReader.SAFETENSORS, "model", Files.readAllBytes(model.resolve(Checkpoints.WEIGHTS)));
        put(FileReader.MODEL, "model", Input.of(model, Checkpoints.CONFIG, Checkpoints.WEIGHTS));
        put(FileReader.PAIRS, "unix", "ab\tAB\nb\tB\n".getBytes(StandardCharsets.UTF_8));
        put(FileReader.PAIRS, "windows", "\uFEFFäb\tÄB\r\n\uD835\uDD52\tA".getBytes(StandardCharsets.UTF_8));
        for (String method : METHODS) {
            adapter(Methods.named(method));
        }
        for (String family : FAMILIES) {
            put(FileReader.FAMILY, family, Input.of(family(family), Checkpoints.CONFIG, Checkpoints.WEIGHTS));
        }
        Path shards = Files.createDirectory(scratch.resolve("shards"));
        writeShards(tinyModel(backend), shards);
        put(FileReader.SHARDS, "two", Files.readAllBytes(shards.resolve(WeightFiles.INDEX)));
        head();
        run();
    }

    private void head() throws IOException {
        Model model = Checkpoints.classifier(family("roberta_words"), 3, new RandomWeights(backend, DType.F32, 0))
                .model();
        AdaptedModel adapted = Methods.named("lora")
                .with(Map.of("rank", "1", "targets", "query,value"))
                .attach(model, new Method.Run(0, 0))
                .trainingModules(model, List.of(BertClassifier.HEAD), 0);
        Path folder = scratch.resolve("head");
        AdapterFolder.save(folder, adapted, BaseModel.at("tiny"));
        Files.writeString(
                folder.resolve(TaskFile.NAME),
                "{\"task\": \"classify\", \"labels\": [\"a\", \"b\", \"c\"], \"pairs\": true, \"maxLength\": 8}");
        put(FileReader.TRAINED_HEAD, "lora", Input.of(folder, PeftFolder.CONFIG, TaskFile.NAME, PeftFolder.TENSORS));
    }

    private void adapter(Method method) throws IOException {
        Seq2Seq task = tinyModel(backend);
        Method small = method.settings().containsKey("rank") ? method.with(Map.of("rank", "2")) : method;
        AdaptedModel adapted = small.attach(task.model(), new Method.Run(0, 0));
        Path folder = scratch.resolve(method.name());
        AdapterFolder.save(folder, adapted, BaseModel.at("tiny"));
        if (StoredAdapter.isIn(folder)) {
            put(
                    FileReader.STORED_ADAPTER,
                    method.name(),
                    Input.of(folder, StoredAdapter.DESCRIPTION, StoredAdapter.TENSORS));
        } else {
            put(FileReader.PEFT_ADAPTER, method.name(), Input.of(folder, "adapter_config.json", StoredAdapter.TENSORS));
            put(FileReader.SAFETENSORS, method.name(), Files.readAllBytes(folder.resolve(StoredAdapter.TENSORS)));
        }
    }

    private void run() throws IOException {
        Seq2Seq task = tinyModel(backend);
        Seq2Seq.Encoded pairs = task.encode(PAIRS);
        Path folder = scratch.resolve("run");
        TrainerSettings settings = TrainerSettings.of(2, 1, 1e-2).withSteps(1, 2, 1);
        Path checkpoint = folder.resolve("checkpoint/step-3");
        new FineTuning(task, Methods.named("lora").with(Map.of("rank", "1")), settings, 0)
                .listen(new TrainingListener() {
                    @Override
                    public void onStep(long made, long steps, double rate) {
                        if (made == steps) {
                            keep(checkpoint);
                        }
                    }
                })
                .run(pairs, pairs, RunFolder.at(folder, false));
        put(FileReader.METRICS, "run", Files.readAllBytes(folder.resolve("metrics.jsonl")));
        put(FileReader.PREDICTIONS, "run", Files.readAllBytes(folder.resolve("predictions.tsv")));
        put(FileReader.SUMMARY, "run", Files.readAllBytes(folder.resolve("summary.json")));
    }

    private void keep(Path checkpoint) {
        try {
            put(FileReader.CHECKPOINT, "run", Input.of(checkpoint, "state.json", "state.safetensors"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void put(FileReader reader, String name, byte[] content) throws IOException {
        Path folder = Files.createDirectories(corpus.resolve(reader.folder()));
        Files.write(folder.resolve("good-" + name), content);
    }
}
