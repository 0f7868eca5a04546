"""Trains an adapter of every kind with the command line and opens it with PEFT: do both compute the same?

    python tests/peft/check.py DATA OUT [STEPS]

DATA holds bart_g2p_us (a model), g2p (words) and peft_g2p/logits.safetensors (a batch); OUT is a new folder for the runs. Each
method trains STEPS (100) steps of 64 words. Then Rankine and PyTorch with PEFT compute the logits of the batch with each adapter,
both in F32 and in F64. Printed for each method: the kind and rank of what PEFT opened; in F64 the largest difference of the
two programs; in F32 the largest difference, and of either to the F64 result; the largest change of a logit that the adapter
makes, and how far the two programs' changes (adapted minus bare) lie apart. Exits with 1 if F64 differs by more than 1e-10, or F32
by more than 1e-5 of the largest logit. Needs torch, transformers, peft and safetensors.
"""
import json, pathlib, subprocess, sys, warnings
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import BartForConditionalGeneration, logging

METHODS = {  # name: options
    "lora": "--method lora", "rslora": "--method rslora", "dora": "--method dora",
    "adalora-whole": "--method adalora --density 1", "adalora": "--method adalora --density 0.5",
    "salora": "--method salora --density 0.5", "sora": "--method sora --density 0.5",
    "salientlora": "--method salientlora --density 0.5", "truncated": "--method truncated --density 0.5"}
BATCH = 64
warnings.simplefilter("error", UserWarning)  # what PEFT passes over it warns of
logging.disable_progress_bar()
torch.set_num_threads(1)
data, out = map(pathlib.Path, sys.argv[1:3])
steps = int(sys.argv[3]) if len(sys.argv) > 3 else 100
root = pathlib.Path(__file__).resolve().parents[2]
model, batch = data / "bart_g2p_us", data / "peft_g2p" / "logits.safetensors"

for name, options in METHODS.items():
    subprocess.run([root / "rankine", "finetune", "--model", model, "--task", "seq2seq",
                    "--train", data / "g2p" / "gb_in_us_alphabet.train10k.tsv", "--limit-train", str(BATCH * steps // 5),
                    "--dev", data / "g2p" / "gb_in_us_alphabet.dev.tsv", "--limit-dev", "50", "--epochs", "5", "--batch", str(BATCH),
                    "--lr", "2e-3", "--eval-steps", "0", "--out", out / name, *options.split()], check=True, stderr=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
java = pathlib.Path(subprocess.run([root / "rankine", "jdk"], check=True, capture_output=True, text=True).stdout.strip()) / "bin" / "java"
ours = {}
for dtype in ("F32", "F64"):
    subprocess.run([java, "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp",
                    root / "cli" / "target" / "rankine.jar", root / "tests" / "peft" / "Logits.java", dtype, model, batch,
                    out / f"logits-{dtype}.safetensors", *[f"{name}={out / name / 'adapter'}" for name in METHODS]],
                   check=True, stderr=subprocess.DEVNULL)
    ours[dtype] = load_file(out / f"logits-{dtype}.safetensors")

inputs = {key: load_file(batch)[key] for key in ("input_ids", "attention_mask", "decoder_input_ids")}
theirs = {"F32": {}, "F64": {}}
kinds = {}
for name in ["bare", *METHODS]:
    for dtype, type in ("F32", torch.float32), ("F64", torch.float64):
        opened = BartForConditionalGeneration.from_pretrained(model, dtype=torch.float32)
        if name != "bare":
            opened = PeftModel.from_pretrained(opened, out / name / "adapter")
            ranks = [value.shape[0] for key, value in opened.named_parameters() if ".lora_A" in key]
            kinds[name] = f"{opened.peft_config['default'].peft_type.value} {sum(ranks)}/{len(ranks)}"
        with torch.no_grad():
            theirs[dtype][name] = opened.to(type).eval()(**inputs).logits.double()

largest = lambda x: x.abs().max().item()
bad = False
print(f"{'':14}{'PEFT: triplets':>16}{'F64':>9} |{'F32: both':>10}{'ours':>9}{'PyTorch':>9}{'of':>6} |{'change':>8}{'apart':>9}")
for name in ["bare", *METHODS]:
    truth = theirs["F64"][name]
    f32, f64 = ours["F32"][name].double(), ours["F64"][name]
    both, exact = largest(f32 - theirs["F32"][name]), largest(f64 - truth)
    change, apart = largest(truth - theirs["F64"]["bare"]), largest(
        (f32 - ours["F32"]["bare"].double()) - (theirs["F32"][name] - theirs["F32"]["bare"]))
    bad |= not (exact <= 1e-10 and both <= 1e-5 * largest(truth))
    print(f"{name:14}{kinds.get(name, ''):>16}{exact:9.1e} |{both:10.1e}{largest(f32 - truth):9.1e}"
          f"{largest(theirs['F32'][name] - truth):9.1e}{largest(truth):6.1f} |{change:8.2f}{apart:9.1e}")
sys.exit(bad)
