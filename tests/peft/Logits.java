import dev.rankine.autograd.GradientMode;
import dev.rankine.lora.Method;
import dev.rankine.lora.task.AdapterFolder;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.checkpoint.Checkpoints;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes what a model computes, bare and with each of some adapters, for the batch of a safetensors file (input_ids,
 * attention_mask, decoder_input_ids).
 *
 * <pre>java -cp RANKINE tests/peft/Logits.java F32|F64 MODEL BATCH OUT [NAME=ADAPTER ...]</pre>
 */
void main(String[] arguments) throws Exception {
    DType dtype = DType.parse(arguments[0]);
    Path folder = Path.of(arguments[1]);
    Safetensors batch = Safetensors.open(Path.of(arguments[2]));
    // F64 runs on plain loops only
    Backend backend = Backends.choose(dtype == DType.F64 ? "reference" : null, 1).backend();
    Bart model = Checkpoints.load(folder, backend, dtype).model();
    Map<String, Tensor> logits = new LinkedHashMap<>();
    logits.put("bare", logits(model, batch, backend, dtype));
    for (int i = 4; i < arguments.length; i++) {
        String[] named = arguments[i].split("=", 2);
        var adapted = AdapterFolder.attach(Path.of(named[1]), model, backend, new Method.Run(0, 0));
        logits.put(named[0], logits(model, batch, backend, dtype));
        adapted.detach();
    }
    SafetensorsWriter.write(Path.of(arguments[3]), logits, Map.of());
}

Tensor logits(Bart model, Safetensors batch, Backend backend, DType dtype) throws Exception {
    try (var _ = GradientMode.noGrad()) {
        return model.logits(
                        batch.tensor("input_ids", backend),
                        batch.tensor("attention_mask", backend).clone(dtype),
                        batch.tensor("decoder_input_ids", backend),
                        Pass.inference())
                .data();
    }
}
