"""Times on this machine's GPU (or CPU, without one) in PyTorch what tests/gpu/run times in Rankine.

    peer.py gemm RESULT.json --precision=fp32 [--precision=tf32 ...] MxKxN[NN|NT|TN]...
    peer.py step RESULT.json --precision=fp32 [...] --batch 32 --seq 128 --steps 30

gemm gives GFLOP/s of products; step gives the median seconds of a LoRA step of RoBERTa-base (rank 8, every linear layer, AdamW) in
Hugging Face PEFT, run eagerly. tf32 lets products round their operands to TF32, bf16 is autocast.
"""

import argparse
import json
import re
import statistics
import time
from contextlib import nullcontext

import torch

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def finish():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def choose(precision):
    """Sets how products are computed; returns what to compute under."""
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    return torch.autocast(DEVICE.type, torch.bfloat16) if precision == "bf16" else nullcontext()


def product(text, precision):
    m, k, n, stored = re.fullmatch(r"(\d+)x(\d+)x(\d+)(NN|NT|TN)", text).groups()
    m, k, n = int(m), int(k), int(n)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    a = torch.randn((k, m) if stored[0] == "T" else (m, k), device=DEVICE, dtype=dtype)
    b = torch.randn((n, k) if stored[1] == "T" else (k, n), device=DEVICE, dtype=dtype)
    a, b = (a.T if stored[0] == "T" else a), (b.T if stored[1] == "T" else b)
    choose(precision)
    rates = []
    for _ in range(14):
        finish()
        began, runs = time.perf_counter(), 0
        while runs < 10 or time.perf_counter() - began < 0.02:
            a @ b
            runs += 1
        finish()
        rates.append(2.0 * m * k * n * runs / (time.perf_counter() - began) / 1e9)
    return {"product": text, "precision": precision, "rate": statistics.median(rates[3:]), "best": max(rates[3:])}


def step(precision, batch, seq, steps):
    from peft import LoraConfig, get_peft_model
    from transformers import RobertaConfig, RobertaForSequenceClassification

    torch.manual_seed(0)
    config = RobertaConfig(vocab_size=50265, max_position_embeddings=514, type_vocab_size=1, num_labels=2)
    targets = ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"]
    lora = LoraConfig(r=8, lora_alpha=16, target_modules=targets, task_type="SEQ_CLS")
    model = get_peft_model(RobertaForSequenceClassification(config), lora).to(DEVICE)
    model.train()
    data = {
        "input_ids": torch.randint(5, 50000, (batch, seq), device=DEVICE),
        "attention_mask": torch.ones(batch, seq, dtype=torch.long, device=DEVICE),
        "labels": torch.randint(0, 2, (batch,), device=DEVICE),
    }
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-4)
    under, seconds = choose(precision), []
    for made in range(steps + 4):
        finish()
        began = time.perf_counter()
        with under:
            loss = model(**data).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        finish()
        if made >= 4:
            seconds.append(time.perf_counter() - began)
    return {"precision": precision, "seconds_per_step": statistics.median(seconds), "fastest_step": min(seconds)}


parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["gemm", "step"])
parser.add_argument("result")
parser.add_argument("products", nargs="*")
parser.add_argument("--precision", action="append", default=[])
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--seq", type=int, default=128)
parser.add_argument("--steps", type=int, default=30)
options = parser.parse_intermixed_args()
measured = []
for chosen in options.precision:
    if options.what == "gemm":
        measured += [product(text, chosen) for text in options.products]
    else:
        measured.append(step(chosen, options.batch, options.seq, options.steps))
for row in measured:
    print(row)
name = torch.cuda.get_device_name() if DEVICE.type == "cuda" else "cpu"
with open(options.result, "w") as file:
    json.dump({"torch": torch.__version__, "device": name, "measured": measured}, file)
